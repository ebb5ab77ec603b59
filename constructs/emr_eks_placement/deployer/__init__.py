"""The IAM policies that deploying a synthesized CDK app takes."""

from emr_eks_placement.deployer.deployer_policy import DeployerPolicies, deployer_policies

__all__ = ["DeployerPolicies", "deployer_policies"]
