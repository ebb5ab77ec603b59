"""emr-placement check-account: whether an account has what an environment needs, before a first deployment."""

import argparse

from emr_eks_placement.account import CHECKS
from emr_eks_placement.cli.check_output import refuse_unknown_checks, report
from emr_eks_placement.cli.environment_session import environment_of


def run(options: argparse.Namespace) -> int:
    """Makes the checks and prints them; 0: nothing that counts, 1: something does. Raises InputError for its input."""
    refuse_unknown_checks(options, CHECKS)
    environment = environment_of(options)
    from emr_eks_placement.aws.account import check_account  # boto3 is slow to import
    from emr_eks_placement.aws.session import aws_session

    return report(options, check_account(aws_session(options.profile, environment.region), environment))
