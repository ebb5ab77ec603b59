"""emr-placement check-account: whether an account has what an environment needs, before a first deployment."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from tabulate import tabulate

from emr_eks_placement.account import CHECKS, Check
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.errors import InputError, RuleError, finding, printable

_NO_FAILURE = {"warning": ("ok",), "missing": ("ok", "warning", "not checked")}


def run(options: argparse.Namespace) -> int:
    """Makes the checks and prints them; 0: nothing that counts, 1: something does. Raises InputError for its input."""
    for name in options.ignore:
        if name not in CHECKS:
            raise InputError(
                [finding("--ignore", RuleError(name, f"the checks are {', '.join(CHECKS)}", "Name one of them"))]
            )
    environment = load_environment(options.environment)
    from emr_eks_placement.aws.account import check_account  # boto3 is slow to import
    from emr_eks_placement.aws.session import aws_session

    session = aws_session(options.profile, environment.region)
    checks = [check for check in check_account(session, environment) if check.name not in options.ignore]
    sys.stdout.write(_as_json(checks) if options.output == "json" else _as_table(checks))
    return int(any(check.state not in _NO_FAILURE[options.fail_on] for check in checks))


def _as_json(checks: Sequence[Check]) -> str:
    """[{"name": …, "state": …, "found": …, "mend": …}, …]."""
    return json.dumps([asdict(check) for check in checks], indent=2) + "\n"


def _as_table(checks: Sequence[Check]) -> str:
    """A line a check, then how to mend those that are not ok."""
    rows = [(check.name, check.state, printable(check.found)) for check in checks]
    table = tabulate(rows, ("check", "state", "found"), tablefmt="plain", disable_numparse=True)
    mends = [printable(f"{check.state} {check.name}: {check.mend}") for check in checks if check.mend]
    return "\n".join([*(row.rstrip() for row in table.splitlines()), *mends]) + "\n"
