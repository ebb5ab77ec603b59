"""Whether a deployed environment is well and is what its file says: judgements of what was read, without reading."""

from emr_eks_placement.doctor.names import ACCOUNT_CHECKS, CHECKS

__all__ = ["ACCOUNT_CHECKS", "CHECKS"]
