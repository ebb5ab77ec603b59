"""CPU and memory requests of the Spark container of driver and executor pods, and the devices it asks for.

Source: apache/spark, BasicDriverFeatureStep, BasicExecutorFeatureStep, ResourceProfile and KubernetesUtils.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from emr_eks_placement.errors import RuleError
from emr_eks_placement.facts.quantities import cpu_millis
from emr_eks_placement.facts.spark_sizes import heap_mib, memory_mib, off_heap_mib
from emr_eks_placement.spark.configuration import SparkConfiguration

SparkRole = Literal["driver", "executor"]
Value = TypeVar("Value")

_LEAST_OVERHEAD_MIB = 384
_FACTOR = {"python": 0.4, "r": 0.4, "jvm": 0.1}
_MEMORY = "1g"  # spark.driver.memory, spark.executor.memory
_CORES = "1"  # spark.driver.cores, spark.executor.cores


@dataclass(frozen=True)
class Requests:
    """What the Spark container requests: CPU as a Kubernetes quantity, memory in MiB, which is its limit too.

    devices: by Kubernetes' name, such as nvidia.com/gpu, its limit.
    """

    cpu: str
    memory_mib: int
    devices: dict[str, str]


def requests(spark: SparkConfiguration, role: SparkRole) -> Requests:
    """The requests of a driver or executor pod's Spark container.

    Raises RuleError, with the Spark property as path, for a value that Spark does not read.
    """
    memory = _read(spark, f"spark.{role}.memory", heap_mib, _MEMORY)
    given = f"spark.{role}.memoryOverhead"
    if given in spark.properties:
        overhead = _read(spark, given, memory_mib, "")
    else:
        overhead = max(int(_factor(spark, role) * memory), _least_overhead(spark, role))
    extra = _executor_extra_mib(spark) if role == "executor" else 0
    return Requests(_cpu(spark, role), memory + overhead + extra, _devices(spark, role))


def _read(spark: SparkConfiguration, name: str, parse: Callable[[str], Value], default: str) -> Value:
    try:
        return parse(spark.properties.get(name, default))
    except RuleError as broken:
        raise broken.below(name) from None


def _cpu(spark: SparkConfiguration, role: SparkRole) -> str:
    """Whole cores, or since Spark 2.4 (executors) and 3.0 (driver) a Kubernetes quantity of its own."""
    _read(spark, f"spark.{role}.cores", _whole, _CORES)
    cores = spark.properties.get(f"spark.{role}.cores", _CORES).strip()
    if role == "driver" and spark.release.spark < (3, 0, 0):
        return cores
    name = f"spark.kubernetes.{role}.request.cores"
    _read(spark, name, cpu_millis, cores)
    return spark.properties.get(name, cores)


def _whole(text: str) -> int:
    digits = text.strip()
    if not digits.isascii() or not digits.isdigit() or not int(digits):
        raise RuleError(text, "must be a whole number above 0 (Spark configuration)", "Write for example 4")
    return int(digits)


def _least_overhead(spark: SparkConfiguration, role: SparkRole) -> int:
    name = f"spark.{role}.minMemoryOverhead"
    if not spark.release.has_least_memory_overhead:
        return _LEAST_OVERHEAD_MIB
    return _read(spark, name, memory_mib, f"{_LEAST_OVERHEAD_MIB}m")


def _factor(spark: SparkConfiguration, role: SparkRole) -> float:
    own = f"spark.{role}.memoryOverheadFactor"
    if own in spark.properties and spark.release.has_role_memory_overhead_factors:
        return _read(spark, own, _number, "")
    return _read(spark, "spark.kubernetes.memoryOverheadFactor", _number, str(_FACTOR[spark.language]))


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf"):
        raise RuleError(text, "must be a number, not negative (Spark configuration)", "Write for example 0.2")
    return number


def _executor_extra_mib(spark: SparkConfiguration) -> int:
    extra = 0
    if spark.properties.get("spark.memory.offHeap.enabled", "false").strip().lower() == "true":
        extra += _read(spark, "spark.memory.offHeap.size", off_heap_mib, "0")
    if spark.language == "python":
        extra += _read(spark, "spark.executor.pyspark.memory", memory_mib, "0")
    return extra


def _devices(spark: SparkConfiguration, role: SparkRole) -> dict[str, str]:
    """spark.{driver,executor}.resource.NAME.amount, since Spark 3.0, as VENDOR/NAME."""
    start, devices = f"spark.{role}.resource.", {}
    for key, amount in spark.properties.items():
        if key.startswith(start) and key.endswith(".amount") and spark.release.spark >= (3, 0, 0):
            name = key.removeprefix(start).removesuffix(".amount")
            vendor = spark.properties.get(f"{start}{name}.vendor")
            if not vendor:
                rule = f"a device needs its vendor on Kubernetes, as {start}{name}.vendor (Spark on Kubernetes)"
                raise RuleError(amount, rule, "Add the vendor, for example nvidia.com", path=(key,))
            devices[f"{vendor}/{name}"] = str(_read(spark, key, _whole, amount))
    return devices
