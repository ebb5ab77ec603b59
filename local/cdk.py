"""Runs the unmodified CDK CLI on the project's app."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.aws.environment import CDK_STAYS_SILENT
from local.processes import Processes

ROOT = Path(__file__).parent.parent


class CdkError(Exception):
    """The CDK CLI failed; the message ends with the last lines it printed."""


class CdkCli:
    """Runs CDK commands on one cloud assembly, synthesized once into `assembly`. Their output goes to files named after
    `log`.

    processes: ends the commands with it; they also end when the caller is interrupted.
    """

    def __init__(self, environment: str, assembly: Path, log: Path, processes: Processes | None = None) -> None:
        self._environment = environment
        self.assembly = assembly
        self._log = log
        self._processes = processes or Processes()

    def synth(self, variables: Mapping[str, str] | None = None) -> None:
        """Writes the assembly, with these environment variables. Raises CdkError, as every command does."""
        app = ("--app", f"{sys.executable} {ROOT / 'app.py'}", "-c", f"environment={self._environment}")
        self._run("synth", "--quiet", "--output", str(self.assembly), *app, variables=variables)

    def bootstrap(self, account: str, region: str, *, execution_policies: Sequence[str] = ()) -> None:
        """Prepares the account for deployments. execution_policies: ARNs of CloudFormation's policies."""
        policies = ("--cloudformation-execution-policies", ",".join(execution_policies)) if execution_policies else ()
        # Not in the folder of cdk.json, where it would synthesize.
        self._run("bootstrap", f"aws://{account}/{region}", *policies, folder=self._log.parent)

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

    def _run(self, *arguments: str, variables: Mapping[str, str] | None = None, folder: Path = ROOT) -> None:
        command = [str(ROOT / "node_modules/.bin/cdk"), *arguments, "--no-notices", "--no-color", "--ci"]
        file = self._log.with_stem(f"{self._log.stem}-{arguments[0]}")
        with file.open("a+", encoding="utf-8") as log:
            start = log.tell()
            log.write(f"$ cdk {' '.join(arguments)}\n")
            log.flush()
            silent = {**(os.environ if variables is None else variables), **CDK_STAYS_SILENT}
            code, _, _ = self._processes.run(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT, env=silent)
            if code:
                log.seek(start)
                end = "".join(log.readlines()[-25:])
                raise CdkError(f"cdk {arguments[0]} failed ({code}), its log is {file}:\n{end}")
