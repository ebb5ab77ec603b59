"""Commands in one process of little memory, each with little time: hostile input must not need more.

As a program it runs the commands that its standard input has in JSON, and writes what became of each as a line.
"""

import contextlib
import io
import json
import os
import resource
import shlex
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MEMORY = 300_000_000  # bytes of data (RLIMIT_DATA)
SECONDS = 60  # for each command; generous: CI's machines are slow, and what is meant takes hours or never ends
STATUSES = (0, 1, 2)


@dataclass
class Asked:
    """A command line without the program; stdin: its content, or the name of a file."""

    arguments: Sequence[str]
    stdin: str = ""
    stdin_file: str = os.devnull


@dataclass
class Ended:
    """What became of a command."""

    status: int
    out: str
    err: str

    def check(self) -> None:
        """0, 1 or 2, and with 2 nothing but lines that say what is wrong."""
        assert self.status in STATUSES, f"{self.status}: {self.err[-3000:]}"
        assert "Traceback" not in self.err, self.err[-3000:]
        lines = self.err.split("\n")
        for written in (self.err, self.out):  # nothing steers a terminal
            assert all(line.isprintable() for line in written.split("\n")), written[-3000:]
        assert self.status != 2 or any(": error: " in line or line.startswith("error: ") for line in lines), self.err


def limited(*commands: Asked) -> list[Ended]:
    """What became of each command, checked."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {
        "EMR_PLACEMENT_DEBUG": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    ran = subprocess.run(
        [sys.executable, "-m", "tests.unit.limited"],
        input=json.dumps([asdict(one) for one in commands]),
        capture_output=True,
        text=True,
        timeout=SECONDS * (len(commands) + 1),
        env=environment,
        check=False,
    )
    ended = [Ended(**json.loads(line)) for line in ran.stdout.splitlines()]
    asked = commands[len(ended)] if len(ended) < len(commands) else None
    assert asked is None, f"{asked}: {ran.returncode} {ran.stderr[-3000:]}"
    wrong = []
    for command, one in zip(commands, ended, strict=True):
        try:
            one.check()
        except AssertionError as broken:
            wrong.append(f"{shlex.join(command.arguments)}: {broken}")
    assert wrong == [], "\n\n".join(wrong)
    return ended


def run_here(asked: Asked) -> Ended:
    """A command in this process."""
    from emr_eks_placement.cli.main import main

    out, err = io.StringIO(), io.StringIO()
    before = sys.stdin
    content: Any = io.BytesIO(asked.stdin.encode("latin-1"))
    with contextlib.ExitStack() as stack, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        if not asked.stdin:
            content = stack.enter_context(Path(asked.stdin_file).open("rb"))
        sys.stdin = io.TextIOWrapper(content)
        try:
            status = main(asked.arguments)
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        except BaseException:  # noqa: BLE001 - what is looked for
            traceback.print_exc(file=err)
            status = -1
        finally:
            sys.stdin = before
    return Ended(status, out.getvalue(), err.getvalue())


class _TooLongError(BaseException):
    pass


def _too_long(*_: object) -> None:
    raise _TooLongError


def _run_all() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, _too_long)
    for one in json.load(sys.stdin):
        signal.alarm(SECONDS)
        ended = run_here(Asked(**one))
        signal.alarm(0)
        sys.stdout.write(json.dumps(asdict(ended)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _run_all()
