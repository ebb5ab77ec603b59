"""How many executors a run has."""

from dataclasses import dataclass

from emr_eks_placement.errors import RuleError
from emr_eks_placement.spark.configuration import SparkConfiguration

_DEFAULT = 2  # spark.executor.instances on Kubernetes
_DYNAMIC = "spark.dynamicAllocation."


@dataclass(frozen=True)
class Count:
    """How many pods there are of a kind: at least, at most (None without a bound), and how many are asked for at the start.

    initial: no less than `least`.
    """

    least: int
    most: int | None
    initial: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "initial", max(self.initial, self.least))

    def __str__(self) -> str:
        """As 2, 2-10 or 2 or more."""
        if self.most is None:
            return f"{self.least} or more"
        return str(self.most) if self.least == self.most else f"{self.least}-{self.most}"


ONE = Count(1, 1)


def executor_count(spark: SparkConfiguration) -> Count:
    """The number of executors: spark.executor.instances, or the bounds of dynamic allocation.

    Raises RuleError, with the property as path, for what is no whole number (Spark configuration).
    """
    if spark.properties.get(f"{_DYNAMIC}enabled", "false").strip().lower() != "true":
        instances = _number(spark, "spark.executor.instances", _DEFAULT)
        return Count(instances, instances)
    least = _number(spark, f"{_DYNAMIC}minExecutors", 0)
    name = f"{_DYNAMIC}maxExecutors"
    most = _number(spark, name, least) if name in spark.properties else None
    if most is not None and most < least:
        raise RuleError(most, f"must be at least minExecutors, {least} (Spark configuration)", "Raise it", path=(name,))
    asked = (_number(spark, name, 0) for name in (f"{_DYNAMIC}initialExecutors", "spark.executor.instances"))
    return Count(least, most, max(asked))


def _number(spark: SparkConfiguration, name: str, default: int) -> int:
    text = spark.properties.get(name, str(default)).strip()
    if not text.isascii() or not text.isdigit():
        raise RuleError(text, "must be a whole number (Spark configuration)", "Write for example 10", path=(name,))
    return int(text)
