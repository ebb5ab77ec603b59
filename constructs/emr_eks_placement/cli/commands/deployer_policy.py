"""emr-placement deployer-policy: writes the IAM policies that a deployment needs."""

import argparse
import json
from pathlib import Path

from emr_eks_placement.cli.output.files import tell_written, write_files
from emr_eks_placement.cli.output.terminal import say
from emr_eks_placement.deployer import deployer_policies


def run(options: argparse.Namespace) -> int:
    """Writes DIR/execution-1.json and so on, and DIR/caller.json. Reports leftover policies of an earlier run.

    Raises InputError, and writes nothing, for an unusable assembly and for malformed options.
    """
    made = deployer_policies(options.assembly, options.account)
    directory: Path = options.output_directory
    policies = {f"execution-{number}.json": policy for number, policy in enumerate(made.execution, 1)}
    policies["caller.json"] = made.caller
    write_files(directory, {name: json.dumps(policy, indent=2) + "\n" for name, policy in policies.items()})
    for left in sorted(directory.glob("execution-*.json")):
        if left.name not in policies:
            say(f"{left} does not belong to these policies: delete it if an earlier run wrote it", "note")
    tell_written(directory, policies)
    return 0
