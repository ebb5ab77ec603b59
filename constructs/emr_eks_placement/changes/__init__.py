"""What a deployed environment can't be changed to."""

from emr_eks_placement.changes.record import METADATA_KEY, JobRunsRecord, PlatformRecord, VirtualClustersRecord
from emr_eks_placement.changes.refusals import Deployed, refusals

__all__ = ["METADATA_KEY", "Deployed", "JobRunsRecord", "PlatformRecord", "VirtualClustersRecord", "refusals"]
