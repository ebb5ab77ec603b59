"""Kubernetes objects that the CDK's kubectl handler applies."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import aws_eks_v2 as eks
from constructs import Construct

from emr_eks_placement.infra.cluster import AnyCluster


def kubernetes_manifest(
    scope: Construct, id_: str, *, cluster: AnyCluster, manifest: Sequence[dict[str, Any]]
) -> eks.KubernetesManifest:
    """Applies the objects on any cluster with a kubectl provider."""
    return eks.KubernetesManifest(
        scope,
        id_,
        cluster=cluster,  # type: ignore[arg-type] # jsii's Cluster lacks a member of ICluster, which it implements
        manifest=list(manifest),
    )
