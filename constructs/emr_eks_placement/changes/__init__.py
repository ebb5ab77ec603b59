"""Judges changes of a deployed environment: what is refused, and what a change interrupts."""

from emr_eks_placement.changes.interruptions import interruptions
from emr_eks_placement.changes.record import METADATA_KEY, JobRunsRecord, PlatformRecord, VirtualClustersRecord
from emr_eks_placement.changes.refusals import Deployed, refusals

__all__ = [
    "METADATA_KEY",
    "Deployed",
    "JobRunsRecord",
    "PlatformRecord",
    "VirtualClustersRecord",
    "interruptions",
    "refusals",
]
