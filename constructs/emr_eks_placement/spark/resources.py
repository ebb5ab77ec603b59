"""CPU and memory requests of driver and executor pods.

Source: apache/spark, BasicDriverFeatureStep, BasicExecutorFeatureStep and ResourceProfile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from emr_eks_placement.facts import emr
from emr_eks_placement.facts.quantities import cpu_millis
from emr_eks_placement.job import Job, memory_mib, off_heap_mib
from emr_eks_placement.placement import Role

_LEAST_OVERHEAD_MIB = 384
_FACTOR = {"python": 0.4, "r": 0.4, "jvm": 0.1}


@dataclass(frozen=True)
class Requests:
    """What a pod's Spark container requests: CPU in thousandths of a core, memory in MiB."""

    cpu_millis: int
    memory_mib: int


def requests(job: Job, role: Literal["driver", "executors"]) -> Requests:
    """The requests of the Spark container of a driver or executor pod of the job."""
    size = job.driver if role == "driver" else job.executors
    name = "driver" if role == "driver" else "executor"
    memory = memory_mib(size.memory)
    if size.memory_overhead is not None:
        overhead = memory_mib(size.memory_overhead)
    else:
        overhead = max(int(_overhead_factor(job, name) * memory), _least_overhead_mib(job, name))
    extra = _executor_extra_mib(job) if role == "executors" else 0
    cores = job.spark_conf.get(f"spark.kubernetes.{name}.request.cores")
    return Requests(cpu_millis(cores) if cores else size.cores * 1000, memory + overhead + extra)


def _least_overhead_mib(job: Job, name: str) -> int:
    own = job.spark_conf.get(f"spark.{name}.minMemoryOverhead")
    return memory_mib(own) if own and job.release.has_least_memory_overhead else _LEAST_OVERHEAD_MIB


def _overhead_factor(job: Job, name: str) -> float:
    conf: Mapping[str, str] = job.spark_conf
    own = conf.get(f"spark.{name}.memoryOverheadFactor")
    if own is not None and job.release.has_role_memory_overhead_factors:
        return float(own)
    return float(conf.get("spark.kubernetes.memoryOverheadFactor", _FACTOR[job.language]))


def _executor_extra_mib(job: Job) -> int:
    extra = 0
    if job.spark_conf.get("spark.memory.offHeap.enabled", "false").lower() == "true":
        extra += off_heap_mib(job.spark_conf.get("spark.memory.offHeap.size", "0"))
    if job.language == "python":
        extra += memory_mib(job.spark_conf.get("spark.executor.pyspark.memory", "0"))
    return extra


def sidecar_memory_mib(role: Role, *, logs: bool) -> int:
    """EMR's logging sidecar: always in the driver, in executors where S3 or CloudWatch logging is on."""
    return emr.LOGGING_SIDECAR_MEMORY_MIB if role == "driver" or (role == "executors" and logs) else 0
