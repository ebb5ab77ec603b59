"""How a command ends that does not end by its own status: one line each on standard error, and an exit status for each kind."""

import os
import sys

DEBUG = "EMR_PLACEMENT_DEBUG"
"""The environment variable that has faults of ours shown with their traceback."""
UNUSABLE, OUR_FAULT, INTERRUPTED, UNREAD = 2, 70, 130, 141
"""Exit statuses: unusable input; a fault of this program (EX_SOFTWARE of sysexits.h); 128 + SIGINT and SIGPIPE, as of shells."""
_OF_OUTPUT = ("ENOSPC", "EDQUOT", "EFBIG", "EIO", "EBADF")


def prepare_streams() -> bool:
    """Returns whether there is a standard output. Characters that its encoding lacks are written as escapes such as \\u2026."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - stays open as long as the program runs
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if sys.stdout is None:
        say("standard output is closed. Leave it open, or redirect it: >/dev/null")
        return False
    return True


def status_of(error: BaseException) -> int:
    """The exit status of a command that ended so, having said why."""
    if isinstance(error, KeyboardInterrupt):
        say("interrupted", "note")
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        _discard_output()
        return UNREAD
    from emr_eks_placement.common.errors import InputError  # imported late: --help answers at once

    if isinstance(error, InputError):
        for finding in error.findings:
            say(str(finding))
        return UNUSABLE
    if os.environ.get(DEBUG):
        import traceback  # slow to import

        traceback.print_exception(error)
    if isinstance(error, OSError):
        return _of_system(error)
    say(f"this is a fault of emr-placement, not of what it was given: {_place(error)}. {_how_to_report()}")
    return OUR_FAULT


def say(text: str, word: str = "error") -> None:
    """A line on standard error, if there is anywhere to write it."""
    from emr_eks_placement.cli.output import terminal  # slow to import

    try:
        terminal.say(text, word)
    except (OSError, ValueError):
        return


def _of_system(error: OSError) -> int:
    """What the system refuses and no command expects: a full disk behind standard output, a file that goes away."""
    from errno import errorcode

    reason = error.strerror or type(error).__name__
    if error.filename is None and errorcode.get(error.errno or 0) in _OF_OUTPUT:
        _discard_output()
        say(f"standard output: can't be written: {reason}. Make room, or write elsewhere")
    elif error.filename is not None:
        say(f"{os.fsdecode(error.filename)}: {reason}. Check the path and its permissions")
    else:
        say(f"the system refused: {reason}. {_how_to_report()}")
    return UNUSABLE


def _discard_output() -> None:
    """Or Python fails again when it flushes at its end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # no file: of a test
        return


def _place(error: BaseException) -> str:
    """The kind and the place of an error; its words may hold anything that the program was given."""
    from traceback import extract_tb  # slow to import

    frames = extract_tb(error.__traceback__)
    own = [frame for frame in frames if "emr_eks_placement" in frame.filename] or frames
    where = f" at {own[-1].filename.rpartition('emr_eks_placement/')[2]}:{own[-1].lineno}" if own else ""
    return f"{type(error).__name__}{where}"


def _how_to_report() -> str:
    return f"Report it with this line; {DEBUG}=1 shows where it comes from"
