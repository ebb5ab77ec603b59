"""emr-placement doctor: whether a deployed environment is well, and is what its file says."""

import argparse

from emr_eks_placement.checks import DEPLOYMENT_CHECKS
from emr_eks_placement.cli.options.environment_session import environment_of
from emr_eks_placement.cli.output.check import refuse_unknown_checks, report


def run(options: argparse.Namespace) -> int:
    """Makes the checks and prints them; 0: nothing that counts, 1: something does. Raises InputError for its input."""
    refuse_unknown_checks(options, DEPLOYMENT_CHECKS)
    environment = environment_of(options)
    from emr_eks_placement.aws.checks import check_deployment  # boto3 is slow to import
    from emr_eks_placement.aws.session import aws_session

    return report(options, check_deployment(aws_session(options.profile, environment.region), environment))
