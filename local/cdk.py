"""The unmodified CDK CLI, run on the project's app."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent


class CdkError(Exception):
    """The CDK CLI failed; the message ends with the last lines it printed."""


class CdkCli:
    """Runs CDK commands on one cloud assembly, synthesized once into `assembly`; what they print goes to `log`."""

    def __init__(self, environment: str, assembly: Path, log: Path) -> None:
        self._environment = environment
        self.assembly = assembly
        self._log = log

    def synth(self) -> None:
        """Writes the assembly. Raises CdkError, as every command does."""
        app = f"{sys.executable} {ROOT / 'app.py'}"
        self._run(
            "synth", "--quiet", "--app", app, "--output", str(self.assembly), "-c", f"environment={self._environment}"
        )

    def bootstrap(self, account: str, region: str, *, execution_policies: Sequence[str] = ()) -> None:
        """Prepares the account for deployments; execution_policies: ARNs, of what CloudFormation may do then."""
        policies = ("--cloudformation-execution-policies", ",".join(execution_policies)) if execution_policies else ()
        self._on_assembly("bootstrap", f"aws://{account}/{region}", *policies)

    def deploy(self, outputs: Path) -> None:
        """Deploys every stack; outputs: the file that gets the stack outputs."""
        self._on_assembly(
            "deploy", "--all", "--require-approval", "never", "--concurrency", "3", "--outputs-file", str(outputs)
        )

    def assert_no_difference(self) -> None:
        """Raises CdkError when what is deployed differs from the assembly."""
        self._on_assembly("diff", "--all", "--fail")

    def destroy(self) -> None:
        """Deletes every stack."""
        self._on_assembly("destroy", "--all", "--force")

    def _on_assembly(self, *arguments: str) -> None:
        self._run(*arguments, "--app", str(self.assembly))

    def _run(self, *arguments: str) -> None:
        cdk = ROOT / "node_modules/.bin/cdk"
        with self._log.open("a+", encoding="utf-8") as log:
            start = log.tell()
            log.write(f"$ cdk {' '.join(arguments)}\n")
            log.flush()
            code = _run_group([str(cdk), *arguments, "--no-notices", "--no-color", "--ci"], log)
            if code:
                log.seek(start)
                raise CdkError(
                    f"cdk {arguments[0]} failed ({code}), its log is {self._log}:\n{''.join(log.readlines()[-25:])}"
                )


def _run_group(command: list[str], output: IO[str]) -> int:
    """Runs a command to its end; when interrupted, ends it with every process it started."""
    process = subprocess.Popen(  # noqa: S603 - a fixed program
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        return process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
