"""The IAM policies that the deployment of a synthesized CDK app needs."""

from emr_eks_placement.deployer.deployer_policy import DeployerPolicies, deployer_policies

__all__ = ["DeployerPolicies", "deployer_policies"]
