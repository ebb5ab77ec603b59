"""CPU and memory requests of the Spark container of driver and executor pods, and the devices it asks for.

Source: apache/spark, BasicDriverFeatureStep, BasicExecutorFeatureStep, ResourceProfile and KubernetesUtils.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.quantities import cpu_millis
from emr_eks_placement.facts.spark_sizes import heap_mib, memory_mib, off_heap_mib
from emr_eks_placement.spark.configuration import SparkConfiguration

SparkRole = Literal["driver", "executor"]
Value = TypeVar("Value")

_WHOLE = re.compile(r"\+?[0-9]{1,10}", re.ASCII)
_LEAST_OVERHEAD_MIB = 384
_LARGEST_INT = 2**31 - 1  # what Scala makes of a larger number (Double.toInt)
_FACTOR = {"python": 0.4, "r": 0.4, "jvm": 0.1}
_MEMORY = "1g"  # spark.driver.memory, spark.executor.memory
_CORES = "1"  # spark.driver.cores, spark.executor.cores


@dataclass(frozen=True)
class Requests:
    """The requests of the Spark container: CPU as a Kubernetes quantity, memory in MiB, which is also its limit.

    devices: by Kubernetes' name, such as nvidia.com/gpu; the request is also the limit.
    """

    cpu: str
    memory_mib: int
    devices: dict[str, str]


def requests(spark: SparkConfiguration, role: SparkRole) -> Requests:
    """Returns the requests of a driver or executor pod's Spark container.

    Raises RuleError, with the Spark property as path, for a value that Spark can't read.
    """
    memory = read(spark, f"spark.{role}.memory", heap_mib, _MEMORY)
    given = f"spark.{role}.memoryOverhead"
    overhead = max(int(min(_factor(spark, role) * memory, _LARGEST_INT)), _least_overhead(spark, role))
    if given in spark.properties:
        overhead = read(spark, given, memory_mib, "")
    extra = _executor_extra_mib(spark) if role == "executor" else 0
    return Requests(_cpu(spark, role), memory + overhead + extra, devices(spark, role))


def read(spark: SparkConfiguration, name: str, parse: Callable[[str], Value], default: str) -> Value:
    """Returns the value of a property. Raises RuleError, with its name in the request as path, for a value that `parse`
    refuses."""
    try:
        return parse(spark.properties.get(name, default))
    except RuleError as broken:  # its name is looked up only on an error: a plan reads dozens of properties
        raise broken.below(spark.name_of(name)) from None


def is_true(spark: SparkConfiguration, name: str) -> bool:
    """Returns whether a property with default false is true, ignoring case. Raises RuleError for any other word."""
    return read(spark, name, _truth, "false")


def _truth(text: str) -> bool:
    word = text.strip().lower()
    if word not in ("true", "false"):
        raise RuleError(text, "must be true or false (Spark configuration)", "Write true or false")
    return word == "true"


def _cpu(spark: SparkConfiguration, role: SparkRole) -> str:
    """Returns whole cores, or from Spark 2.4 (executors) and 3.0 (driver) on a separate Kubernetes quantity."""
    cores = spark.properties.get(f"spark.{role}.cores", _CORES)
    read(spark, f"spark.{role}.cores", whole_number, _CORES)
    if role == "driver" and spark.release.spark < (3, 0, 0):
        return cores
    name = f"spark.kubernetes.{role}.request.cores"
    read(spark, name, cpu_millis, cores)
    return spark.properties.get(name, cores)


def whole_number(text: str) -> int:
    """Returns a number of cores or executors. Raises RuleError for other values; blanks count in an option or --conf."""
    if not _WHOLE.fullmatch(text) or not int(text):
        raise RuleError(text, "must be a whole number above 0 (SparkSubmitArguments)", "Write for example 4")
    return int(text)


def _least_overhead(spark: SparkConfiguration, role: SparkRole) -> int:
    name = f"spark.{role}.minMemoryOverhead"
    if not spark.release.has_least_memory_overhead:
        return _LEAST_OVERHEAD_MIB
    return read(spark, name, memory_mib, f"{_LEAST_OVERHEAD_MIB}m")


def _factor(spark: SparkConfiguration, role: SparkRole) -> float:
    """Returns the role's factor, from Spark 3.3.0 on and above 0; otherwise the factor of both, which was below 1 until
    then."""
    own = f"spark.{role}.memoryOverheadFactor"
    if own in spark.properties and spark.release.has_role_memory_overhead_factors:
        return read(spark, own, _above_0, "")
    parse = _number if spark.release.has_role_memory_overhead_factors else _below_1
    return read(spark, "spark.kubernetes.memoryOverheadFactor", parse, str(_FACTOR[spark.language]))


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf"):
        raise RuleError(text, "must be a number, not negative (Spark configuration)", "Write for example 0.2")
    return number


def _above_0(text: str) -> float:
    if not _number(text):
        raise RuleError(text, "must be above 0 (Spark configuration)", "Write for example 0.2")
    return _number(text)


def _below_1(text: str) -> float:
    if _number(text) >= 1:
        rule = "must be below 1 before Spark 3.3 (Spark 3.2, org.apache.spark.deploy.k8s.Config)"
        raise RuleError(text, rule, "Lower it, set spark.driver.memoryOverhead, or raise the release")
    return _number(text)


def _executor_extra_mib(spark: SparkConfiguration) -> int:
    """Returns memory off the heap, for which the pod has room from Spark 3.1.0 on (SPARK-33288), and Python's own."""
    extra = 0
    if is_true(spark, "spark.memory.offHeap.enabled"):
        size = read(spark, "spark.memory.offHeap.size", off_heap_mib, "0")
        if not size:
            rule = "must be at least 1m where spark.memory.offHeap.enabled is true (Spark configuration)"
            name = "spark.memory.offHeap.size"
            raise RuleError(spark.properties.get(name), rule, "Write for example 1g", path=(name,))
        extra += size if spark.release.spark >= (3, 1, 0) else 0
    if spark.language == "python":
        extra += read(spark, "spark.executor.pyspark.memory", memory_mib, "0")
    return extra


def devices(spark: SparkConfiguration, role: SparkRole) -> dict[str, str]:
    """Returns spark.{driver,executor}.resource.NAME.amount, from Spark 3.0 on, as VENDOR/NAME; an amount of 0 requests
    none.

    Raises RuleError, with the property as path, if Spark creates no request.
    """
    found = {}
    for name, amount in device_amounts(spark, role).items():
        start = f"spark.{role}.resource.{name}."
        vendor = spark.properties.get(f"{start}vendor")
        if not vendor:
            rule = f"a device needs its vendor on Kubernetes, as {start}vendor (Spark on Kubernetes)"
            raise RuleError(amount, rule, "Add the vendor, for example nvidia.com", path=(f"{start}amount",))
        found[f"{vendor}/{name}"] = str(amount)
    return found


def device_amounts(spark: SparkConfiguration, role: SparkRole) -> dict[str, int]:
    """Returns how many of each device a role requests, by Spark's name, such as gpu. Raises RuleError as `devices`
    does."""
    start, found = f"spark.{role}.resource.", {}
    if spark.release.spark < (3, 0, 0):
        return {}
    for key in spark.properties:
        if not key.startswith(start):
            continue
        name, dot, _ = key.removeprefix(start).partition(".")
        if name in found:
            continue
        amount = f"{start}{name}.amount"
        if not dot or amount not in spark.properties:
            rule = f"a device needs its amount, as {amount} (Spark ResourceUtils)"
            raise RuleError(spark.properties[key], rule, "Add the amount, for example 1", path=(key,))
        found[name] = read(spark, amount, _amount, "")
    return {name: amount for name, amount in found.items() if amount}


def _amount(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        raise RuleError(text, "must be a whole number (Spark ResourceUtils)", "Write for example 1")
    return int(text)
