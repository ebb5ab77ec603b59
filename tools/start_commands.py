"""Prints the commands that start the jobs of a deployed environment, from the file of `cdk deploy --outputs-file`."""

import json
import sys
from pathlib import Path


def main(file: Path) -> None:
    """Those of the stack <environment>-job-runs, which has nothing but them in its outputs."""
    stacks = json.loads(file.read_text(encoding="utf-8"))
    commands = [
        command for stack, outputs in stacks.items() if stack.endswith("-job-runs") for command in outputs.values()
    ]
    if commands:
        sys.stdout.write("\nStart a job by one of these:\n\n" + "".join(f"{command}\n" for command in commands))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
