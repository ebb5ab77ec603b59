"""emr-placement deployer-policy: what deploying takes, as IAM policies."""

import argparse
import json
import sys
from pathlib import Path

from emr_eks_placement.cli.output.files import write_files
from emr_eks_placement.common.errors import printable
from emr_eks_placement.deployer import deployer_policies


def run(options: argparse.Namespace) -> int:
    """Writes DIR/execution-1.json and so on, and DIR/caller.json; reports the policies of an earlier run that has more.

    Raises InputError, with nothing written, for an assembly that can't be used and for malformed options.
    """
    made = deployer_policies(options.assembly, options.account)
    directory: Path = options.output_directory
    policies = {f"execution-{number}.json": policy for number, policy in enumerate(made.execution, 1)}
    policies["caller.json"] = made.caller
    write_files(directory, {name: json.dumps(policy, indent=2) + "\n" for name, policy in policies.items()})
    for left in sorted(directory.glob("execution-*.json")):
        if left.name not in policies:
            sys.stderr.write(
                printable(f"note: {left} does not belong to these policies: delete it if an earlier run wrote it")
                + "\n"
            )
    return 0
