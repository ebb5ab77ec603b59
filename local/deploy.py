"""Deploys an environment to a local cluster with the CDK CLI."""

import json

from local.cdk import CdkCli
from local.cluster import LocalCluster


def deploy(local: LocalCluster, cdk: CdkCli) -> str:
    """Synthesizes, bootstraps and deploys every stack; the name of the bucket that holds the definitions.

    Raises CdkError when a command fails.
    """
    account = local.session.client("sts").get_caller_identity()["Account"]
    cdk.synth()
    cdk.bootstrap(account, local.session.region_name)
    outputs = local.folder / "outputs.json"
    cdk.deploy(outputs)
    stacks = json.loads(outputs.read_text(encoding="utf-8"))
    return str(next(values["Bucket"] for values in stacks.values() if "Bucket" in values))
