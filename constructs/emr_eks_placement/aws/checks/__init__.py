"""Reads from AWS what check-account and doctor judge."""

from emr_eks_placement.aws.checks.account import check_account
from emr_eks_placement.aws.checks.deployment import check_deployment

__all__ = ["check_account", "check_deployment"]
