"""Reading what decides whether an environment can be deployed to an account, and whether a deployed one is well."""

from emr_eks_placement.aws.checks.account import check_account
from emr_eks_placement.aws.checks.deployment import check_deployment

__all__ = ["check_account", "check_deployment"]
