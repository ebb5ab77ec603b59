"""How commands that check an account report: as a table or as JSON, and by their exit status."""

import argparse
import json
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict

from tabulate import tabulate

from emr_eks_placement.checks import Check
from emr_eks_placement.common.errors import InputError, RuleError, finding, printable

_NO_FAILURE = {"warning": ("ok",), "missing": ("ok", "warning", "not checked")}


def refuse_unknown_checks(options: argparse.Namespace, names: Collection[str]) -> None:
    """Raises InputError unless the options ignore checks of these names only."""
    for name in options.ignore:
        if name not in names:
            raise InputError(
                [finding("--ignore", RuleError(name, f"the checks are {', '.join(names)}", "Name one of them"))]
            )


def report(options: argparse.Namespace, made: Iterable[Check]) -> int:
    """Prints the checks as the options say; 0: nothing that counts, 1: something does."""
    checks = [check for check in made if check.name not in options.ignore]
    sys.stdout.write(_as_json(checks) if options.output == "json" else _as_table(checks))
    return int(any(check.state not in _NO_FAILURE[options.fail_on] for check in checks))


def _as_json(checks: Sequence[Check]) -> str:
    """[{"name": …, "state": …, "found": …, "mend": …}, …]."""
    return json.dumps([asdict(check) for check in checks], indent=2) + "\n"


def _as_table(checks: Sequence[Check]) -> str:
    """A line each, then how to mend those that are not ok."""
    rows = [(check.name, check.state, printable(check.found)) for check in checks]
    table = tabulate(rows, ("check", "state", "found"), tablefmt="plain", disable_numparse=True)
    mends = [printable(f"{check.state} {check.name}: {check.mend}") for check in checks if check.mend]
    return "\n".join([*(row.rstrip() for row in table.splitlines()), *mends]) + "\n"
