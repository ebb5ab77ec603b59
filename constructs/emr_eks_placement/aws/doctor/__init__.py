"""Reading what tells whether a deployed environment is well."""

from emr_eks_placement.aws.doctor.checks import examine

__all__ = ["examine"]
