"""Laws of Spark's configuration: what a plan reads is what the real classes of Spark read.

60 random configurations each by default, always the same; LAW_EXAMPLES=500 takes so many at random.
"""

import os
import shlex
from typing import Any, TypeVar

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.spark_sizes import memory_mib, off_heap_mib
from emr_eks_placement.planning.executors import Count, executor_count
from emr_eks_placement.spark.configuration import SparkConfiguration, spark_configuration
from emr_eks_placement.spark.refusals import check_driver_starts
from emr_eks_placement.spark.resources import is_true
from local.spark import SparkSubmitError
from local.spark.jvm import SparkJvm

Value = TypeVar("Value")

EXAMPLES = os.environ.get("LAW_EXAMPLES")
LAW = settings(
    max_examples=int(EXAMPLES or 60),
    derandomize=EXAMPLES is None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
DYNAMIC = "spark.dynamicAllocation."
NUMBERS = st.sampled_from(["0", "1", "2", "3", "5", "10", "+4", "07", " 6 ", "-1", "2147483647", "2147483648", "x", ""])
LIKELY = st.sampled_from(["1", "2", "3", "5", "10"])
TRUTHS = st.sampled_from(["true", "TRUE", "false", " true", "yes"])


def mostly(values: st.SearchStrategy[Value], likely: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return st.one_of(likely, likely, likely, values)


ODD = st.fixed_dictionaries(
    {},
    optional={
        f"{DYNAMIC}enabled": TRUTHS,
        f"{DYNAMIC}executorAllocationRatio": st.sampled_from(["0.5", "0", "1.5", "x"]),
        f"{DYNAMIC}shuffleTracking.enabled": st.sampled_from(["true", "false"]),
        "spark.decommission.enabled": st.sampled_from(["true", "false"]),
    },
)
ASKED = ("spark.executor.instances", *(f"{DYNAMIC}{name}Executors" for name in ("min", "initial", "max")))
COUNTS = st.builds(
    lambda numbers, odd: {f"{DYNAMIC}enabled": "true", **numbers, **odd},
    st.one_of(*(st.fixed_dictionaries({}, optional=dict.fromkeys(ASKED, one)) for one in (LIKELY, LIKELY, NUMBERS))),
    mostly(ODD, st.just({})),
)


def configured(written: dict[str, str]) -> SparkConfiguration:
    parameters = shlex.join(word for name, value in written.items() for word in ("--conf", f"{name}={value}"))
    driver = {"entryPoint": "s3://jobs/app.jar", **({"sparkSubmitParameters": parameters} if parameters else {})}
    return spark_configuration({"releaseLabel": "emr-7.14.0-latest", "jobDriver": {"sparkSubmitJobDriver": driver}})


def conf(java: Any, written: dict[str, str]) -> Any:
    """As the driver has it: from a properties file, without blanks around values."""
    made = java.org.apache.spark.SparkConf(False).set("spark.master", "k8s://https://local")
    for name, value in written.items():
        made.set(name, value.strip())
    return made


def real_count(jvm: SparkJvm, written: dict[str, str]) -> int | None:
    """With how many executors real Spark starts; None where spark-submit, the scheduler or the allocation refuses."""

    def ask(java: Any) -> int:
        words = java.java.util.ArrayList()
        for word in ("--master", "k8s://https://local", "--class", "a.B"):
            words.add(word)
        for name, value in written.items():
            words.add("--conf")
            words.add(f"{name}={value}")
        words.add("s3://jobs/app.jar")
        as_scala = java.scala.collection.JavaConverters
        nothing = as_scala.mapAsScalaMap(java.java.util.HashMap()).toMap(java.scala.Predef.conforms())
        java.org.apache.spark.deploy.SparkSubmitArguments(as_scala.asScalaBuffer(words).toSeq(), nothing)
        made = conf(java, written)
        count = java.org.apache.spark.scheduler.cluster.SchedulerBackendUtils.getInitialTargetExecutorNumber(made, 2)
        if java.org.apache.spark.util.Utils.isDynamicAllocationEnabled(made):
            bus = java.org.apache.spark.scheduler.LiveListenerBus(made)
            profiles = java.org.apache.spark.resource.ResourceProfileManager(made, bus)
            clock = java.org.apache.spark.util.SystemClock()
            some = java.scala.Option.empty()
            java.org.apache.spark.ExecutorAllocationManager(None, bus, made, some, clock, profiles, False)
        return int(count)

    try:
        return jvm.run("asking for the number of executors", ask)
    except SparkSubmitError:
        return None


@LAW
@given(written=COUNTS)
def test_the_number_of_executors_is_that_of_spark(jvm: SparkJvm, written: dict[str, str]) -> None:
    real = real_count(jvm, written)
    found: Count | None = None
    try:
        spark = configured(written)
        found = executor_count(spark)
        check_driver_starts(spark)
    except RuleError:
        found = None
    event("refused" if real is None else "dynamic" if found and found.least != found.most else "fixed")
    assert (found and found.initial) == real


SIZES = st.sampled_from(["1g", "2048m", " 3G ", "600mb", "1500", "5368709120b", "1024k", "0"])
REFERENCES = st.sampled_from(
    ["${spark.executor.memory}", "${spark.my.size}", "${spark.yarn.driver.memoryOverhead}",
     "${spark.executor.memoryOverhead}", "${other:a}", "1${spark.my.unit}"]
)  # fmt: skip
ENTRIES = {
    "spark.driver.memoryOverhead": memory_mib,
    "spark.executor.memoryOverhead": memory_mib,
    "spark.executor.pyspark.memory": memory_mib,
    "spark.memory.offHeap.size": off_heap_mib,
}
VALUES = mostly(st.sampled_from(["1.5g", "x", "4x", "${spark.none}"]), st.one_of(SIZES, SIZES, SIZES, REFERENCES))
PROPERTIES = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys((*ENTRIES, "spark.yarn.driver.memoryOverhead", "spark.yarn.executor.memoryOverhead"), VALUES),
        **dict.fromkeys(("spark.memory.offHeap.enabled", "spark.unsafe.offHeap"), TRUTHS),
        "spark.my.size": mostly(REFERENCES, SIZES),
        "spark.my.unit": st.sampled_from(["g", "m", "b"]),
        "spark.executor.memory": st.sampled_from(["2g", "3g"]),
    },
)


def real_values(jvm: SparkJvm, written: dict[str, str]) -> dict[str, Any]:
    """What SparkConf gives for each entry: MiB or a truth; an entry that it refuses is an error."""

    def ask(java: Any, name: str) -> Any:
        made = conf(java, written)
        java.org.apache.spark.internal.config.Python.PYSPARK_EXECUTOR_MEMORY()  # Python's are entries once this is loaded
        entry = java.org.apache.spark.internal.config.ConfigEntry.findEntry(name)
        value = made.get(entry)
        if name == "spark.memory.offHeap.size":
            return int(value) // 1024**2
        if isinstance(value, bool):
            return value
        return int(value.get()) if value.isDefined() else None

    found = {}
    for name in (*ENTRIES, "spark.memory.offHeap.enabled"):
        try:
            found[name] = jvm.run(f"reading {name}", lambda java, name=name: ask(java, name))  # type: ignore[misc]
        except SparkSubmitError:
            found[name] = "refused"
    return found


def read_values(written: dict[str, str]) -> dict[str, Any]:
    """What a plan reads for each entry."""
    spark = configured(written).in_driver
    found: dict[str, Any] = {}
    for name, parse in ENTRIES.items():
        default = 0 if name == "spark.memory.offHeap.size" else None
        try:
            found[name] = parse(spark.properties[name]) if name in spark.properties else default
        except RuleError:
            found[name] = "refused"
    try:
        found["spark.memory.offHeap.enabled"] = is_true(spark, "spark.memory.offHeap.enabled")
    except RuleError:
        found["spark.memory.offHeap.enabled"] = "refused"
    return found


@LAW
@given(written=PROPERTIES)
def test_old_names_references_and_sizes_are_read_as_spark_reads_them(jvm: SparkJvm, written: dict[str, str]) -> None:
    real = real_values(jvm, written)
    try:
        found = read_values(written)
    except RuleError:
        event("a circular reference")
        assert "refused" in real.values()
        return
    event("refused" if "refused" in real.values() else "read")
    assert found == real
