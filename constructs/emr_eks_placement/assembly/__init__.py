"""Reads what a synthesized CDK app deploys from its cloud assembly (cdk.out)."""

from emr_eks_placement.assembly.read import read_assembly

__all__ = ["read_assembly"]
