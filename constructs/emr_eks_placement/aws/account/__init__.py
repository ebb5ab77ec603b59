"""Reading what decides whether an environment can be deployed to an account."""

from emr_eks_placement.aws.account.checks import check_account

__all__ = ["check_account"]
