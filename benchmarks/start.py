"""How long the command line takes to start: `make benchmark`. Figures, not tests: nothing fails here by being slow.

The installed console script with --help, and each command's --help, beside a bare Python that does nothing; the least of
many starts each, taken in turns, so that what else the machine does meets all alike.
"""

import subprocess
import sys
import time
from pathlib import Path

from tabulate import tabulate

from emr_eks_placement.cli.command_table import COMMANDS

PYTHON = sys.executable
SCRIPT = str(Path(PYTHON).parent / "emr-placement")
ROUNDS = 40


def milliseconds(command: list[str]) -> float:
    """How long one start takes, to the end."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - this Python and our own console script
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    """Prints the figures."""
    starts = {"a bare Python": [PYTHON, "-c", "pass"], "--help": [SCRIPT, "--help"]}
    starts |= {f"{one.name} --help": [SCRIPT, one.name, "--help"] for one in COMMANDS}
    least = dict.fromkeys(starts, float("inf"))
    for _ in range(ROUNDS):
        for name, command in starts.items():
            least[name] = min(least[name], milliseconds(command))
    bare = least["a bare Python"]
    rows = [(name, f"{taken:.1f}", f"{taken / bare:.2f}") for name, taken in least.items()]
    headers = ("start of", "milliseconds", "times a bare Python")
    sys.stdout.write(f"{tabulate(rows, headers, colalign=('left', 'right', 'right'))}\n")


if __name__ == "__main__":
    main()
