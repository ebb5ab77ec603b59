"""emr-placement deployer-policy: what deploying takes, as IAM policies."""

import argparse
import json
import sys
from pathlib import Path

from emr_eks_placement.cli.output.files import write_file
from emr_eks_placement.deployer import deployer_policies


def run(options: argparse.Namespace) -> int:
    """Writes DIR/execution-1.json and so on, and DIR/caller.json; policies that an earlier run wrote beside them go.

    Raises InputError, with nothing written, for an assembly that can't be used and for malformed options.
    """
    made = deployer_policies(options.assembly, options.account)
    directory: Path = options.output_directory
    files = {directory / f"execution-{number}.json": policy for number, policy in enumerate(made.execution, 1)}
    files[directory / "caller.json"] = made.caller
    for file, policy in files.items():
        write_file(file, json.dumps(policy, indent=2) + "\n")
    for left in directory.glob("execution-*.json"):
        if left not in files and left.is_file():
            left.unlink()
    sys.stdout.write("".join(f"{file}\n" for file in files))
    return 0
