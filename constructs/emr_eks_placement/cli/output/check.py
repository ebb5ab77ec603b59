"""Reports the checks of an account: as lines or as JSON, and by the exit status."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from emr_eks_placement.checks import Check, State
from emr_eks_placement.cli.output.terminal import INDENT, Style, styled, terminal_width, wrapped
from emr_eks_placement.common.errors import printable, refused

_NO_FAILURE = {"warning": ("ok",), "missing": ("ok", "warning", "not checked")}
# A state in words, for one check and for several.
_WORDS: Mapping[State, tuple[str, str]] = {
    "ok": ("ok", "ok"),
    "missing": ("missing", "missing"),
    "warning": ("warning", "warnings"),
    "not checked": ("not checked", "not checked"),
}
_STYLES: Mapping[State, Style] = {"ok": "good", "missing": "bad", "warning": "doubtful", "not checked": "quiet"}


def refuse_unknown_checks(options: argparse.Namespace, names: Collection[str]) -> None:
    """Raises InputError if the options ignore checks that do not exist."""
    for name in options.ignore:
        if name not in names:
            raise refused("--ignore", name, f"the checks are {', '.join(names)}", "Name one of them")


def report(options: argparse.Namespace, made: Iterable[Check]) -> int:
    """Prints the checks as the options set. Returns 0, or 1 if a check fails."""
    checks = [check for check in made if check.name not in options.ignore]
    sys.stdout.write(_as_json(checks) if options.output == "json" else _as_lines(checks, is_verbose=options.verbose))
    return int(any(check.state not in _NO_FAILURE[options.fail_on] for check in checks))


def _as_json(checks: Sequence[Check]) -> str:
    """`[{"name": …, "state": …, "found": …, "mend": …}, …]`."""
    described = [
        {"name": check.name, "state": check.state, "found": check.found, "mend": check.fix} for check in checks
    ]
    return json.dumps(described, indent=2) + "\n"


def _as_lines(checks: Sequence[Check], *, is_verbose: bool) -> str:
    """Formats the checks that are not ok, each with its fix; with is_verbose all. The number of each state comes last."""
    width = terminal_width()
    lines = [line for check in checks if is_verbose or check.state != "ok" for line in _of(check, width)]
    counts = Counter(check.state for check in checks)
    parts = [f"{counts[state]} {words[counts[state] > 1]}" for state, words in _WORDS.items() if counts[state]]
    return "\n".join([*lines, ", ".join(parts) or "no checks"]) + "\n"


def _of(check: Check, width: int) -> Iterator[str]:
    line = wrapped(printable(f"{check.state} {check.name}: {check.found}"), width)
    yield line.replace(check.state, styled(check.state, _STYLES[check.state]), 1)
    if check.fix:
        yield wrapped(printable(check.fix), width, indent=INDENT)
