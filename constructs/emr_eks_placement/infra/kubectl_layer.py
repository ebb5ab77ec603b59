"""The kubectl of the CDK's handler."""

import importlib

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from emr_eks_placement.common.errors import RuleError


def kubectl_layer(scope: Construct, version: str) -> lambda_.ILayerVersion:
    """The layer with the version's kubectl: one PyPI package a version, of which an installation has only its own.

    Raises RuleError, with the path ("cluster", "version"), when it is not installed.
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
