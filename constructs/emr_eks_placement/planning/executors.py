"""The number of executors of a run.

Source: apache/spark, SparkSubmitArguments, SchedulerBackendUtils.getInitialTargetExecutorNumber,
Utils.getDynamicAllocationInitialExecutors and ExecutorAllocationManager.validateSettings.
"""

import re
from dataclasses import dataclass

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.spark.configuration import SparkConfiguration
from emr_eks_placement.spark.resources import is_true, read, whole_number

INSTANCES = "spark.executor.instances"
_DEFAULT = 2  # of spark.executor.instances on Kubernetes
DYNAMIC = "spark.dynamicAllocation."
_UNBOUNDED = 2**31 - 1  # the default of maxExecutors
_SOURCE = "(Spark ExecutorAllocationManager)"


@dataclass(frozen=True)
class Count:
    """The number of pods of a kind: minimum, maximum (None without a limit), and the number at the start.

    initial: at least `least`.
    """

    least: int
    most: int | None
    initial: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "initial", max(self.initial, self.least))

    def __str__(self) -> str:
        """Formats the number as 2, 2-10 or 2 or more."""
        if self.most is None:
            return f"{self.least} or more"
        return str(self.most) if self.least == self.most else f"{self.least}-{self.most}"


ONE = Count(1, 1)


def is_dynamic(spark: SparkConfiguration) -> bool:
    """Returns whether the run has dynamic allocation. Raises RuleError, with the property as path, for a value other
    than true or false."""
    return is_true(spark, f"{DYNAMIC}enabled")


def executor_count(spark: SparkConfiguration) -> Count:
    """Returns the number of executors: spark.executor.instances, or the initial number and the limits of dynamic
    allocation.

    Raises RuleError, with the property as path, for numbers with which spark-submit or the driver does not start.
    """
    if not is_dynamic(spark):
        instances = read(spark, INSTANCES, whole_number, str(_DEFAULT))
        return Count(instances, instances)
    # spark-submit refuses blanks, the driver does not
    if spark.written.get(f"{DYNAMIC}enabled", "true").lower() != "true":
        read(spark, INSTANCES, whole_number, str(_DEFAULT))
    return _dynamic_count(spark.in_driver)


def _dynamic_count(spark: SparkConfiguration) -> Count:
    least = read(spark, f"{DYNAMIC}minExecutors", _not_negative, "0")
    name = f"{DYNAMIC}maxExecutors"
    most = read(spark, name, _not_negative, str(_UNBOUNDED))
    if not most:
        raise RuleError(spark.properties[name], f"must be above 0 {_SOURCE}", "Raise it", path=(name,))
    if most < least:
        rule = f"must be at least minExecutors, {least} {_SOURCE}"
        raise RuleError(spark.properties[name], rule, "Raise it", path=(name,))
    initial = f"{DYNAMIC}initialExecutors"
    asked = {one: read(spark, one, _number, str(default)) for one, default in ((initial, least), (INSTANCES, 0))}
    first = max(asked, key=lambda one: asked[one])
    if asked[first] > most:
        rule = f"the executors at the start must be at most maxExecutors, {most} (Spark SchedulerBackendUtils)"
        raise RuleError(spark.properties[first], rule, "Lower it, or raise maxExecutors", path=(first,))
    return Count(least, most if most < _UNBOUNDED else None, asked[first])


def _number(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,19}", text, re.ASCII) or not -_UNBOUNDED - 1 <= int(text) <= _UNBOUNDED:
        raise RuleError(text, "must be a whole number (Spark configuration)", "Write for example 10")
    return int(text)


def _not_negative(text: str) -> int:
    if _number(text) < 0:
        raise RuleError(text, f"must not be negative {_SOURCE}", "Write for example 10")
    return _number(text)
