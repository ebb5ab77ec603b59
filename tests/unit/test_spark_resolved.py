"""Properties as Spark resolves them, and what spark-submit or the driver does not start with."""

from typing import Any

import pytest

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.job.job import Job
from emr_eks_placement.planning import CODES
from emr_eks_placement.spark.configuration import resolved, spark_configuration
from emr_eks_placement.spark.effects import effects
from tests.unit.planned import planned, request
from tests.unit.sizes import job

OVERHEAD, OLD_OVERHEAD = "spark.driver.memoryOverhead", "spark.yarn.driver.memoryOverhead"
VOLUME = "spark.kubernetes.driver.volumes."
GPU = {"spark.executor.resource.gpu.amount": "1", "spark.executor.resource.gpu.vendor": "nvidia.com"}
ON = {"spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.maxExecutors": "4"}
RATIO = "spark.dynamicAllocation.executorAllocationRatio"
TRACKING = "spark.dynamicAllocation.shuffleTracking.enabled"
OFF_HEAP = {"spark.memory.offHeap.enabled": "true", "spark.memory.offHeap.size": "1g"}
SPARK_3_2 = "emr-6.7.0-latest"


def memory(role: Any, spark: dict[str, str], **release: str) -> int:
    """MiB of the pod without what EMR's sidecar asks for in the driver."""
    shape = planned(request(spark, **release)).of(role).shape
    return shape.memory_mib - (512 if role == "driver" else 0)


READ: dict[str, tuple[dict[str, str], int]] = {
    "as it is": ({OVERHEAD: "2g"}, 3072),
    "in bytes": ({OVERHEAD: "2147483648b"}, 3072),
    "with blanks": ({OVERHEAD: " 2g "}, 3072),
    "an old name": ({OLD_OVERHEAD: "2g"}, 3072),
    "the new name wins": ({OLD_OVERHEAD: "2g", OVERHEAD: "1g"}, 2048),
    "another property": ({OVERHEAD: "${spark.my.size}", "spark.my.size": "2g"}, 3072),
    "the default of another": ({OVERHEAD: "${spark.driver.memory}"}, 2048),
    "through two": ({OVERHEAD: "${spark.a}", "spark.a": "${spark.b}g", "spark.b": "2"}, 3072),
    "another by its old name": ({OVERHEAD: "${spark.executor.memoryOverhead}", "spark.yarn.executor.memoryOverhead": "2g"}, 3072),
    "the environment: the default": ({OVERHEAD: "${env:SIZE}"}, 1433),
    "none": ({OVERHEAD: "0"}, 1024),
}  # fmt: skip


@pytest.mark.parametrize(("spark", "mib"), READ.values(), ids=READ.keys())
def test_a_size_is_read_as_spark_resolves_it(spark: dict[str, str], mib: int) -> None:
    assert memory("driver", spark) == mib


def test_a_label_is_not_resolved() -> None:
    written = {"spark.kubernetes.driver.label.a": "${spark.my}", "spark.my": "b"}
    assert resolved(written).properties == written


def test_memory_off_the_heap_counts_from_spark_3_1() -> None:
    assert memory("executors", OFF_HEAP) - memory("executors", {}) == 1024
    assert memory("executors", OFF_HEAP, release="emr-6.3.0-latest") - memory("executors", {}) == 1024
    assert memory("executors", OFF_HEAP, release="emr-6.2.0-latest") == memory("executors", {})
    by_old_name = {"spark.unsafe.offHeap": "true", "spark.memory.offHeap.size": "1g"}
    assert memory("executors", by_old_name) - memory("executors", {}) == 1024


def test_an_amount_of_0_asks_for_no_device() -> None:
    assert planned(request({**GPU, "spark.executor.resource.gpu.amount": "0"})).of("executors").shape.devices == ()
    assert planned(request(GPU)).of("executors").shape.devices == (("nvidia.com/gpu", 1),)


def test_spark_4_writes_ids_into_labels() -> None:
    label = {"spark.kubernetes.executor.label.app": "a-{{APP_ID}}-{{EXECUTOR_ID}}"}
    for release, refused in (("emr-spark-8.0.0-latest", False), ("emr-7.14.0-latest", True)):
        found = planned(request(label, release=release))
        assert ("LABEL_REFUSED" in {one.code for one in found.problems}) == refused, release
    Job(**{**job().model_dump(), "spark_conf": label})


# Properties, the one that is named, words of the rule; then a neighbour that Spark takes.
REFUSED: dict[str, tuple[dict[str, str], str, str, dict[str, str]]] = {
    "a circular reference": ({OVERHEAD: f"${{{OVERHEAD}}}"}, OVERHEAD, "refers to itself", {OVERHEAD: "${spark.driver.memory}"}),
    "a reference where spark-submit reads the text": (
        {"spark.driver.memory": "${spark.a}", "spark.a": "2g"}, "spark.driver.memory", "whole number",
        {"spark.driver.memory": "2g"},
    ),
    "a bad size by an old name": ({OLD_OVERHEAD: "2x"}, OLD_OVERHEAD, "whole number", {OLD_OVERHEAD: "2"}),
    "a factor of 0": (
        {"spark.driver.memoryOverheadFactor": "0"}, "spark.driver.memoryOverheadFactor", "above 0",
        {"spark.kubernetes.memoryOverheadFactor": "0"},
    ),
    "a factor of 0 beside an overhead": (
        {"spark.executor.memoryOverheadFactor": "0", "spark.executor.memoryOverhead": "1g"},
        "spark.executor.memoryOverheadFactor", "above 0", {"spark.executor.memoryOverheadFactor": "0.1"},
    ),
    "off the heap without a size": (
        {"spark.memory.offHeap.enabled": "true"}, "spark.memory.offHeap.size", "at least 1m",
        {"spark.memory.offHeap.enabled": "false"},
    ),
    "less than a MiB off the heap": (
        {**OFF_HEAP, "spark.memory.offHeap.size": "1000"}, "spark.memory.offHeap.size", "at least 1m",
        {**OFF_HEAP, "spark.memory.offHeap.size": " 1048576 "},
    ),
    "no word for true": (
        {"spark.unsafe.offHeap": "yes"}, "spark.unsafe.offHeap", "true or false", {"spark.unsafe.offHeap": "FALSE"},
    ),
    "a label of Spark's": (
        {"spark.kubernetes.driver.label.spark-role": "a"}, "spark.kubernetes.driver.label.spark-role", "Spark reserves this",
        {"spark.kubernetes.driver.label.spark-exec-id": "a"},
    ),
    "a label of Spark's executors": (
        {"spark.kubernetes.executor.label.spark-exec-id": "a"}, "spark.kubernetes.executor.label.spark-exec-id",
        "Spark reserves this",
        {"spark.kubernetes.executor.label.spark-exec-inactive": "a"},
    ),
    "a volume of another kind": (
        {f"{VOLUME}configMap.a.mount.path": "/a"}, f"{VOLUME}configMap.a.mount.path", "kinds",
        {f"{VOLUME}emptyDir.a.mount.path": "/a"},
    ),
    "a claim without a name": (
        {f"{VOLUME}persistentVolumeClaim.a.mount.path": "/a"}, f"{VOLUME}persistentVolumeClaim.a.mount.path", "claimName",
        {f"{VOLUME}persistentVolumeClaim.a.mount.path": "/a", f"{VOLUME}persistentVolumeClaim.a.options.claimName": "a"},
    ),
    "a path of the node that is missing": (
        {f"{VOLUME}hostPath.a.mount.path": "/a"}, f"{VOLUME}hostPath.a.mount.path", "options.path",
        {f"{VOLUME}hostPath.a.mount.path": "/a", f"{VOLUME}hostPath.a.options.path": "/a"},
    ),
    "NFS without a server": (
        {f"{VOLUME}nfs.a.mount.path": "/a", f"{VOLUME}nfs.a.options.path": "/a"}, f"{VOLUME}nfs.a.mount.path", "server",
        {f"{VOLUME}nfs.a.mount.path": "/a", f"{VOLUME}nfs.a.options.path": "/a", f"{VOLUME}nfs.a.options.server": "a"},
    ),
    "a volume that is mounted nowhere": (
        {f"{VOLUME}emptyDir.a.options.medium": "Memory"}, f"{VOLUME}emptyDir.a.options.medium", "mount.path",
        {f"{VOLUME}emptyDir.a.options.medium": "Memory", f"{VOLUME}emptyDir.a.mount.path": "/a"},
    ),
    "two volumes in one place": (
        {f"{VOLUME}emptyDir.a.mount.path": "/a", f"{VOLUME}emptyDir.b.mount.path": "/a"}, f"{VOLUME}emptyDir.b.mount.path", "too",
        {f"{VOLUME}emptyDir.a.mount.path": "/a", f"{VOLUME}emptyDir.b.mount.path": "/b"},
    ),
    "a device without a vendor": (
        {"spark.executor.resource.gpu.amount": "1"}, "spark.executor.resource.gpu.amount", "vendor",
        {"spark.executor.resource.gpu.amount": "0"},
    ),
    "a device without an amount": (
        {"spark.driver.resource.gpu.vendor": "nvidia.com"}, "spark.driver.resource.gpu.vendor", "amount",
        {"spark.driver.resource.gpu.vendor": "nvidia.com", "spark.driver.resource.gpu.amount": "0"},
    ),
    "tasks of more cores than an executor has": (
        {"spark.task.cpus": "2"}, "spark.task.cpus", "at most the 1 cores", {"spark.task.cpus": "2", "spark.executor.cores": "2"},
    ),
    "tasks with devices that no executor has": (
        {"spark.task.resource.gpu.amount": "1"}, "spark.task.resource.gpu.amount", "has 0",
        {**GPU, "spark.task.resource.gpu.amount": "0.5"},
    ),
    "most of a device": (
        {**GPU, "spark.task.resource.gpu.amount": "0.7"}, "spark.task.resource.gpu.amount", "at most 0.5",
        {**GPU, "spark.task.resource.gpu.amount": "1"},
    ),
    "a heap by Java's option": (
        {"spark.executor.extraJavaOptions": "-Xmx2g"}, "spark.executor.extraJavaOptions", "-Xmx",
        {"spark.executor.extraJavaOptions": "-XX:+UseG1GC"},
    ),
    "a prefix that names no pod": (
        {"spark.kubernetes.executor.podNamePrefix": "My_Job"}, "spark.kubernetes.executor.podNamePrefix", "a-z",
        {"spark.kubernetes.executor.podNamePrefix": "my-job.a"},
    ),
    "dynamic allocation without shuffle tracking": ({**ON, TRACKING: "false"}, TRACKING, "shuffle tracking", {TRACKING: "false"}),
    "an allocation ratio above 1": (
        {**ON, RATIO: "1.5"}, RATIO, "at most 1", {**ON, RATIO: "1"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spark", "name", "rule", "taken"), REFUSED.values(), ids=REFUSED.keys())
def test_what_spark_does_not_start_with_is_refused_with_its_property(
    spark: dict[str, str], name: str, rule: str, taken: dict[str, str]
) -> None:
    with pytest.raises(RuleError) as refused:
        planned(request(spark))
    assert refused.value.path == (name,)
    assert rule in refused.value.rule
    planned(request(taken))


def test_numbers_with_blanks_are_those_of_a_file_not_of_an_option() -> None:
    """spark-submit reads an option's number as it is written, a file's without blanks."""
    planned(request({"spark.executor.cores": " 2 ", "spark.executor.instances": " 2 "}))
    for name in ("spark.executor.cores", "spark.executor.instances", "spark.driver.cores"):
        with pytest.raises(RuleError, match="whole number"):
            planned(request(parameters=f"--conf '{name}= 2 '"))


@pytest.mark.parametrize(("release", "refused"), [(SPARK_3_2, True), ("emr-6.8.0-latest", False)])
def test_a_factor_is_below_1_before_spark_3_3(release: str, refused: bool) -> None:
    asked = request({"spark.kubernetes.memoryOverheadFactor": "1.0"}, release=release)
    if not refused:
        planned(asked)
        return
    with pytest.raises(RuleError, match="below 1"):
        planned(asked)
    planned(request({"spark.kubernetes.memoryOverheadFactor": "0.9"}, release=release))


@pytest.mark.parametrize(
    ("name", "release"), [("spark-app-name", SPARK_3_2), ("spark-exec-resourceprofile-id", "emr-6.2.0-latest")]
)
def test_labels_that_a_release_does_not_set_are_free(name: str, release: str) -> None:
    label = {f"spark.kubernetes.executor.label.{name}": "a"}
    assert planned(request(label, release=release)).of("executors").shape.labels[name] == "a"
    with pytest.raises(RuleError):
        planned(request(label))


@pytest.mark.parametrize(
    "name", [OVERHEAD, OLD_OVERHEAD, "spark.executor.instances", "spark.yarn.executor.memoryOverhead"]
)
def test_a_job_s_size_has_a_field_whatever_its_property_is_called(name: str) -> None:
    with pytest.raises(ValueError, match="has a field of the job"):
        Job(**{**job().model_dump(), "spark_conf": {name: "2"}})


def test_every_entry_that_is_warned_of_is() -> None:
    """With a value that it does not have by default, each gets the code that the table names, beside others."""
    values = {"spark.shuffle.service.enabled": "true", "spark.streaming.dynamicAllocation.enabled": "true"}
    for name, effect in effects().items():
        if effect.how == "warned":
            assert effect.why in CODES
            found = planned(request({**ON, name: values.get(name, "other")})).problems
            assert effect.why in {one.code for one in found}, name


def test_the_written_properties_are_kept_beside_the_effective_ones() -> None:
    spark = spark_configuration(request({OLD_OVERHEAD: "2g"}, parameters="--master yarn"))
    assert spark.written == {OLD_OVERHEAD: "2g"}
    assert (spark.properties[OVERHEAD], spark.name_of(OVERHEAD)) == ("2g", OLD_OVERHEAD)
    assert spark.options == {"--master": "yarn"}
