"""The kubectl of the CDK's handler."""

import importlib

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from emr_eks_placement.common.errors import RuleError


def kubectl_layer(scope: Construct, version: str) -> lambda_.ILayerVersion:
    """Returns the layer with the version's kubectl. Each version is a PyPI package, and only the needed one is
    installed.

    Raises RuleError, with the path ("cluster", "version"), if it is not installed.
    """
    digits = version.replace(".", "").removeprefix("1")
    try:
        package = importlib.import_module(f"aws_cdk.lambda_layer_kubectl_v{digits}")
    except ModuleNotFoundError:
        raise RuleError(
            version,
            "the CDK's kubectl handler needs the kubectl layer of the cluster's Kubernetes version, which is not installed",
            f"Run: pip install aws-cdk.lambda-layer-kubectl-v{digits}",
            path=("cluster", "version"),
        ) from None
    layer: lambda_.ILayerVersion = getattr(package, f"KubectlV{digits}Layer")(scope, "KubectlLayer")
    return layer
