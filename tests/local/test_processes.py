"""Commands that run side by side, and end together."""

import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local.processes import EndedError, Processes


def running(marker: str) -> bool:
    return any(marker in Path(one, "cmdline").read_text() for one in Path("/proc").glob("[0-9]*") if one.exists())


def gone(marker: str) -> bool:
    """What is killed may take a moment."""
    for _ in range(100):
        if not running(marker):
            return True
        time.sleep(0.1)
    return False


def test_a_command_s_exit_code_and_what_it_wrote() -> None:
    with Processes() as processes:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        assert processes.run(["sh", "-c", "echo a; echo b >&2; exit 3"], **pipes) == (3, "a\n", "b\n")


def test_at_the_end_of_the_block_no_command_is_left_nor_what_it_started() -> None:
    with ThreadPoolExecutor(2) as pool:
        with Processes() as processes:
            asleep = [pool.submit(processes.run, ["sh", "-c", f"sleep 9{n}.125 & wait"]) for n in (1, 2)]
            while not (running("91.125") and running("92.125")):
                time.sleep(0.02)
        for one in asleep:
            with pytest.raises(EndedError):
                one.result(10)
        assert gone("91.125")
        assert gone("92.125")
        with pytest.raises(EndedError):
            processes.run(["true"])


def test_a_command_that_takes_too_long_is_ended() -> None:
    with Processes() as processes, pytest.raises(subprocess.TimeoutExpired):
        processes.run(["sleep", "93.125"], seconds=0.1)
    assert gone("93.125")
