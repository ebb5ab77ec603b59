"""Why a driver does not start, or creates no executors, other than numbers and sizes that Spark can't read.

Source: apache/spark, SparkConf.validateSettings, ResourceProfile, ExecutorAllocationManager and, for the prefix of pods'
names, org.apache.spark.deploy.k8s.Config.
"""

import re

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.spark.configuration import SparkConfiguration
from emr_eks_placement.spark.resources import device_amounts, is_true, read, whole_number

_JAVA_OPTIONS = "spark.executor.extraJavaOptions"
_CORES = "spark.executor.cores"
_POD_PREFIX = "spark.kubernetes.executor.podNamePrefix"
_LONGEST_POD_PREFIX = 237  # a pod's name has 253 characters, -exec- and the number of the executor take 16
_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_RATIO = "spark.dynamicAllocation.executorAllocationRatio"
_TASK = "spark.task.resource."
_SHUFFLE = (
    "spark.shuffle.service.enabled",
    "spark.dynamicAllocation.shuffleTracking.enabled",
    "spark.decommission.enabled",
)


def check_driver_starts(spark: SparkConfiguration) -> None:
    """Raises RuleError, with the Spark property as path, for a setting with which the driver ends before it has
    executors, and for executor cores that spark-submit can't read."""
    read(spark, _CORES, whole_number, "1")
    spark = spark.in_driver
    _check_java_options(spark)
    _check_tasks(spark)
    _check_pod_prefix(spark)
    if is_true(spark, "spark.dynamicAllocation.enabled"):
        read(spark, _RATIO, _ratio, "1.0")
        _check_shuffle(spark)


def _check_java_options(spark: SparkConfiguration) -> None:
    options = spark.properties.get(_JAVA_OPTIONS, "")
    for forbidden, instead in (("-Xmx", "Set spark.executor.memory"), ("-Dspark", "Set the property itself")):
        if forbidden in options:
            rule = f"holds no {forbidden}: the driver refuses it (Spark SparkConf.validateSettings)"
            raise RuleError(options, rule, instead, path=(_JAVA_OPTIONS,))


def _check_tasks(spark: SparkConfiguration) -> None:
    """Raises an error if a task needs more cores or devices than an executor has."""
    name = "spark.task.cpus"
    cpus, cores = read(spark, name, whole_number, "1"), read(spark, _CORES, whole_number, "1")
    if cpus > cores:
        rule = f"a task has at most the {cores} cores of an executor, {_CORES} (Spark ResourceProfile)"
        raise RuleError(spark.properties[name], rule, f"Lower it, or raise {_CORES}", path=(name,))
    for key, amount in spark.properties.items():
        if key.startswith(_TASK) and key.endswith(".amount") and spark.release.spark >= (3, 0, 0):
            device = key.removeprefix(_TASK).removesuffix(".amount")
            there = device_amounts(spark, "executor").get(device, 0)
            if read(spark, key, _share, "") > there:
                rule = f"an executor has {there} of it (Spark ResourceProfile)"
                fix = f"Set spark.executor.resource.{device}.amount"
                raise RuleError(amount, rule, fix, path=(key,))


def _share(text: str) -> float:
    """Returns the amount of a device that a task uses: a fraction up to 0.5, or whole devices."""
    try:
        amount = float(text)
    except ValueError:
        amount = -1
    if amount < 0 or (amount > 0.5 and amount != int(amount)):
        rule = "must be a whole number, or at most 0.5 (Spark ResourceUtils)"
        raise RuleError(text, rule, "Write for example 1 or 0.25")
    return amount


def _check_pod_prefix(spark: SparkConfiguration) -> None:
    prefix = spark.properties.get(_POD_PREFIX)
    if prefix is None or spark.release.spark < (3, 3, 0):
        return
    if len(prefix) > _LONGEST_POD_PREFIX or not re.fullmatch(rf"{_LABEL}(\.{_LABEL})*", prefix):
        rule = f"has up to {_LONGEST_POD_PREFIX} of a-z, 0-9, - and ., as the names of pods (Spark on Kubernetes)"
        raise RuleError(prefix, rule, "Correct or remove it", path=(_POD_PREFIX,))


def _ratio(text: str) -> float:
    try:
        ratio = float(text)
    except ValueError:
        ratio = -1
    if not 0 < ratio <= 1:
        raise RuleError(text, "must be above 0, at most 1 (Spark ExecutorAllocationManager)", "Write for example 1.0")
    return ratio


def _check_shuffle(spark: SparkConfiguration) -> None:
    """Raises an error for dynamic allocation without shuffle tracking, on by default from Spark 3.4, or a replacement."""
    name = _SHUFFLE[1]
    if name in spark.properties and not any(is_true(spark, one) for one in _SHUFFLE):
        rule = (
            "dynamic allocation needs shuffle tracking: there is no shuffle service (Spark ExecutorAllocationManager)"
        )
        raise RuleError(spark.properties[name], rule, "Remove it, or write true", path=(name,))
