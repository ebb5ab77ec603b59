"""emr-placement check-account: checks whether an account has what an environment needs, before a first deployment."""

import argparse

from emr_eks_placement.checks import ACCOUNT_CHECKS
from emr_eks_placement.cli.options.account import checked_environment_of
from emr_eks_placement.cli.output.check import refuse_unknown_checks, report


def run(options: argparse.Namespace) -> int:
    """Runs the checks and prints them. Returns 0, or 1 if a check fails. Raises InputError for unusable input."""
    refuse_unknown_checks(options, ACCOUNT_CHECKS)
    account, checked = checked_environment_of(options, is_own=False)  # this is one of the checks
    from emr_eks_placement.aws.checks import check_account  # boto3 is slow to import

    return report(options, check_account(account.session, checked))
