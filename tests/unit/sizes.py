"""Jobs of a given size."""

from typing import Any

from emr_eks_placement.job import Job


def job(**fields: Any) -> Job:
    """A small PySpark job, some of its fields replaced."""
    base = {"name": "count", "entry_point": "s3://jobs/count.py", "release_label": "emr-7.12.0-latest"}
    return Job.model_validate({**base, **fields})
