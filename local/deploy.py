"""Deploys an environment to a local cluster with the CDK CLI."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from local.cdk import CdkCli
from local.cluster import LocalCluster

Step = Callable[[str], AbstractContextManager[object]]


def deploy(local: LocalCluster, cdk: CdkCli, step: Step = nullcontext) -> str:
    """Synthesizes, bootstraps and deploys every stack; the name of the bucket that holds the definitions.

    step: is told of each command and wrapped around it. Raises CdkError when a command fails.
    """
    with step("cdk synth"):
        cdk.synth()
    with step("cdk bootstrap"):
        account = local.session.client("sts").get_caller_identity()["Account"]
        cdk.bootstrap(account, local.session.region_name)
    outputs = local.folder / "outputs.json"
    with step("cdk deploy --all"):
        cdk.deploy(outputs)
    stacks = json.loads(outputs.read_text(encoding="utf-8"))
    return str(next(values["BucketName"] for values in stacks.values() if "BucketName" in values))
