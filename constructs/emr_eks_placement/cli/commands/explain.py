"""emr-placement explain: explains the code of a problem."""

import argparse
import difflib
import sys

from emr_eks_placement.cli.output.terminal import number_of, severity, styled, terminal_width, wrapped
from emr_eks_placement.common.errors import refused
from emr_eks_placement.planning import CODES


def run(options: argparse.Namespace) -> int:
    """Prints what a code means, its fix and how certain it is; without a code, lists all codes. Raises InputError for
    an unknown code."""
    if options.code is not None:
        check_code("CODE", options.code)
    width = terminal_width()
    for name in CODES if options.code is None else [options.code]:
        code = CODES[name]
        sys.stdout.write(f"{styled(name, 'heading')} ({severity(code.severity)})\n")
        for text in (code.meaning, f"{code.fix}.", code.certainty):
            sys.stdout.write(f"{wrapped(text, width, indent='  ', below='  ')}\n")
    if options.code is None:
        sys.stdout.write(f"{number_of(len(CODES), 'code')}\n")
    return 0


def check_code(place: str, code: str) -> None:
    """Raises InputError, at the place, for a code that no problem has."""
    if code not in CODES:
        close = difflib.get_close_matches(code.upper(), CODES, 1)
        fix = f"Did you mean {close[0]}?" if close else "List them with: emr-placement explain"
        raise refused(place, code, "no problem has this code", fix)
