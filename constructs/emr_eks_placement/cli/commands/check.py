"""emr-placement check: what is wrong with environment files, with every placement of their jobs."""

import argparse
import sys

from emr_eks_placement.common.errors import Finding, InputError
from emr_eks_placement.environment_file import load_checked


def run(options: argparse.Namespace) -> int:
    """Prints how many are fine; 0. Raises InputError with the findings of all files."""
    findings: list[Finding] = []
    for file in options.files:
        try:
            load_checked(file)
        except InputError as error:
            findings += error.findings
    if findings:
        raise InputError(findings)
    number = len(options.files)
    sys.stdout.write(f"{number} environment file{'' if number == 1 else 's'}: no errors\n")
    return 0
