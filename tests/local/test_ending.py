"""A server that hangs at its end is ended by force: 5 seconds after a signal, at once on a second one."""

import signal
import subprocess
import sys
import time

import pytest

from local.cdk import ROOT

# Signals are as at a terminal: what runs in the background of a shell, or under nohup, ignores some, and so would this.
HANGING = """
import signal
import threading
from local.ending import Ending

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)

def by_force():
    print("by force", flush=True)

ending = Ending(by_force)
print("ready", flush=True)
ending.wait()
print("ending", flush=True)
threading.Event().wait()
"""


@pytest.mark.parametrize(
    ("signals", "code", "seconds"),
    [
        ([signal.SIGTERM], 0, (4, 15)),
        ([signal.SIGHUP], 0, (4, 15)),
        ([signal.SIGINT, signal.SIGINT], 130, (0, 3)),
        ([signal.SIGTERM, signal.SIGTERM], 143, (0, 3)),
    ],
)
def test_what_hangs_is_ended_by_force(signals: list[signal.Signals], code: int, seconds: tuple[int, int]) -> None:
    with subprocess.Popen([sys.executable, "-c", HANGING], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        begun = time.monotonic()
        process.send_signal(signals[0])
        assert process.stdout.readline() == "ending\n"
        for number in signals[1:]:
            process.send_signal(number)
        rest, _ = process.communicate(timeout=30)
        took = time.monotonic() - begun
    assert (rest, process.returncode) == ("by force\n", code)
    assert seconds[0] < took < seconds[1]
