"""CPU and memory requests of the Spark container of driver and executor pods.

Source: apache/spark, BasicDriverFeatureStep, BasicExecutorFeatureStep and ResourceProfile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from emr_eks_placement.job import memory_mib, off_heap_mib
from emr_eks_placement.spark.configuration import SparkConfiguration

SparkRole = Literal["driver", "executor"]

_LEAST_OVERHEAD_MIB = 384
_FACTOR = {"python": 0.4, "r": 0.4, "jvm": 0.1}
_MEMORY = "1g"  # spark.driver.memory, spark.executor.memory
_CORES = "1"  # spark.driver.cores, spark.executor.cores


@dataclass(frozen=True)
class Requests:
    """What the Spark container requests: CPU as a Kubernetes quantity, memory in MiB, which is its limit too."""

    cpu: str
    memory_mib: int


def requests(spark: SparkConfiguration, role: SparkRole) -> Requests:
    """The requests of a driver or executor pod's Spark container."""
    properties = spark.properties
    memory = memory_mib(properties.get(f"spark.{role}.memory", _MEMORY))
    given = properties.get(f"spark.{role}.memoryOverhead")
    overhead = memory_mib(given) if given else max(int(_factor(spark, role) * memory), _least_overhead(spark, role))
    extra = _executor_extra_mib(spark) if role == "executor" else 0
    cores = properties.get(f"spark.{role}.cores", _CORES)
    return Requests(properties.get(f"spark.kubernetes.{role}.request.cores", cores), memory + overhead + extra)


def _least_overhead(spark: SparkConfiguration, role: SparkRole) -> int:
    own = spark.properties.get(f"spark.{role}.minMemoryOverhead")
    return memory_mib(own) if own and spark.release.has_least_memory_overhead else _LEAST_OVERHEAD_MIB


def _factor(spark: SparkConfiguration, role: SparkRole) -> float:
    own = spark.properties.get(f"spark.{role}.memoryOverheadFactor")
    if own is not None and spark.release.has_role_memory_overhead_factors:
        return float(own)
    return float(spark.properties.get("spark.kubernetes.memoryOverheadFactor", _FACTOR[spark.language]))


def _executor_extra_mib(spark: SparkConfiguration) -> int:
    properties: Mapping[str, str] = spark.properties
    extra = 0
    if properties.get("spark.memory.offHeap.enabled", "false").lower() == "true":
        extra += off_heap_mib(properties.get("spark.memory.offHeap.size", "0"))
    if spark.language == "python":
        extra += memory_mib(properties.get("spark.executor.pyspark.memory", "0"))
    return extra
