"""What an environment needs of an AWS account, and whether the account has it."""

from emr_eks_placement.account.check import CHECKS, Check, State
from emr_eks_placement.account.needs import AccountNeeds, account_needs

__all__ = ["CHECKS", "AccountNeeds", "Check", "State", "account_needs"]
