"""Asks before something is deleted or cancelled."""

import sys

from emr_eks_placement.common.errors import refused


def confirmed(question: str, what: str) -> bool:
    """Returns whether the user answers yes. Raises InputError, which names `what` would happen, without a terminal."""
    if not sys.stdin.isatty():
        raise refused("--yes", None, f"{what}, and there is no terminal to ask at", "Add --yes")
    sys.stdout.write(f"{question} [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
