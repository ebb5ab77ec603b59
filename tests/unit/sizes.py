"""Jobs of a given size, and what their pods request."""

from typing import Any, Literal

from emr_eks_placement.definition.define import size_properties
from emr_eks_placement.facts.quantities import cpu_millis
from emr_eks_placement.job.job import Job
from emr_eks_placement.spark.configuration import SparkConfiguration, language_of
from emr_eks_placement.spark.resources import requests


def job(**fields: Any) -> Job:
    """A small PySpark job, some of its fields replaced."""
    base = {"name": "count", "entry_point": "s3://jobs/count.py", "release_label": "emr-7.12.0-latest"}
    return Job.model_validate({**base, **fields})


def requests_of(sized: Job, role: Literal["driver", "executor"]) -> tuple[int, int]:
    """CPU in thousandths and memory in MiB of the Spark container."""
    properties = {**sized.spark_conf, **size_properties(sized)}
    made = requests(SparkConfiguration(properties, language_of(str(sized.entry_point)), sized.release), role)
    return cpu_millis(made.cpu), made.memory_mib
