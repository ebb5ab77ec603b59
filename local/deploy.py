"""Deploys an environment to a local cluster with the CDK CLI."""

import json

from local.cdk import CdkCli
from local.cluster import LocalCluster


def deploy(local: LocalCluster, cdk: CdkCli) -> str:
    """Synthesizes, bootstraps and deploys every stack. Returns the name of the bucket with the definitions.

    Raises CdkError when a command fails.
    """
    cdk.synth()
    bootstrap(local, cdk)
    return deploy_synthesized(local, cdk)


def bootstrap(local: LocalCluster, cdk: CdkCli) -> None:
    """Prepares the local account. Raises CdkError."""
    account = local.session.client("sts").get_caller_identity()["Account"]
    cdk.bootstrap(account, local.session.region_name)


def deploy_synthesized(local: LocalCluster, cdk: CdkCli) -> str:
    """Deploys every stack of the assembly. Returns the name of the bucket. Raises CdkError."""
    outputs = local.folder / "outputs.json"
    cdk.deploy(outputs)
    stacks = json.loads(outputs.read_text(encoding="utf-8"))
    return str(next(values["BucketName"] for values in stacks.values() if "BucketName" in values))
