"""emr-placement doctor: whether a deployed environment is well, and is what its file says."""

import argparse

from emr_eks_placement.checks import DEPLOYMENT_CHECKS
from emr_eks_placement.cli.options.account import environment_of
from emr_eks_placement.cli.output.check import refuse_unknown_checks, report


def run(options: argparse.Namespace) -> int:
    """Makes the checks and prints them; 0: nothing that counts, 1: something does. Raises InputError for its input."""
    refuse_unknown_checks(options, DEPLOYMENT_CHECKS)
    account, environment = environment_of(options, is_own=False)  # which is one of the checks
    from emr_eks_placement.aws.checks import check_deployment  # boto3 is slow to import

    return report(options, check_deployment(account.session, environment))
