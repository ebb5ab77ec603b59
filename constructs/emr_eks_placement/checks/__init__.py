"""Judges what was read of an AWS account (check-account) and of a deployed environment (doctor). Reads nothing itself."""

from emr_eks_placement.checks.account.needs import AccountNeeds, account_needs
from emr_eks_placement.checks.check import ACCOUNT_CHECKS, DEPLOYMENT_CHECKS, SHARED_CHECKS, Check, State

__all__ = ["ACCOUNT_CHECKS", "DEPLOYMENT_CHECKS", "SHARED_CHECKS", "AccountNeeds", "Check", "State", "account_needs"]
