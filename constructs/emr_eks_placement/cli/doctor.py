"""emr-placement doctor: whether a deployed environment is well, and is what its file says."""

import argparse

from emr_eks_placement.cli.check_output import refuse_unknown_checks, report
from emr_eks_placement.doctor import CHECKS
from emr_eks_placement.environment_file import load_environment


def run(options: argparse.Namespace) -> int:
    """Makes the checks and prints them; 0: nothing that counts, 1: something does. Raises InputError for its input."""
    refuse_unknown_checks(options, CHECKS)
    environment = load_environment(options.environment)
    from emr_eks_placement.aws.doctor import examine  # boto3 is slow to import
    from emr_eks_placement.aws.session import aws_session

    return report(options, examine(aws_session(options.profile, environment.region), environment))
