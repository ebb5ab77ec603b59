"""Deployments that are killed."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping

from local.cdk import ROOT
from tests.deployed.changes.environment_changes import ChangingEnvironment

_LONGEST = 600  # seconds; a deployment that takes longer has failed


def kill_deployment_when(environment: ChangingEnvironment, stack: str, status: str) -> Mapping[str, str]:
    """Starts cdk deploy --all, kills it with all its processes once a stack has the status; the stacks' statuses then."""
    command = ["deploy", "--all", "--require-approval", "never", "--no-notices", "--app", str(environment.cli.assembly)]
    process = subprocess.Popen(  # noqa: S603 - a fixed program
        [str(ROOT / "node_modules/.bin/cdk"), *command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return _wait_for(environment, stack, status, process)
    finally:
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(
    environment: ChangingEnvironment, stack: str, status: str, process: "subprocess.Popen[bytes]"
) -> Mapping[str, str]:
    end = time.monotonic() + _LONGEST
    while time.monotonic() < end and process.poll() is None:
        stacks = environment.deployed_stacks()
        if stacks.get(stack) == status:
            return stacks
        time.sleep(0.05)
    raise AssertionError(f"{stack} was never {status}")
