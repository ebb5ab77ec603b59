"""EMR's own classifications and properties: all that the guide has are in the table, and others are reported."""

import json
from typing import Any

import botocore.session
import pytest
from botocore.model import StructureShape

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.emr.classifications import AUTOSCALING, CLASSIFICATIONS, MONITORING, setting_of
from emr_eks_placement.emr.request import Request
from emr_eks_placement.emr.unknown import unknown_configuration
from emr_eks_placement.planning import CODES
from tests.unit.planned import planned, request

# EMR on EKS guide: releases 5.32.0 to 7.13.0 and emr-spark-8 (supported configuration classifications), "Using job
# submitter classification", "Using Amazon EMR container defaults classification", as of 2026-11. Text in [ ] is free.
GUIDE: dict[str, tuple[str, ...]] = {
    "core-site": (),
    "emrfs-site": (),
    "spark-metrics": (),
    "spark-defaults": (),
    "spark-env": (),
    "spark-hive-site": (),
    "spark-log4j": (),
    "spark-log4j2": (),
    "jeg-config": (),
    "jupyter-kernel-overrides": (),
    "emr-job-submitter": (
        "jobsubmitter.node.selector.[selectorKey]",
        "jobsubmitter.label.[labelKey]",
        "jobsubmitter.annotation.[annotationKey]",
        "jobsubmitter.node.toleration.[tolerationKey]",
        "jobsubmitter.node.toleration.[tolerationKey].effect",
        "jobsubmitter.node.toleration.[tolerationKey].tolerationSeconds",
        "jobsubmitter.scheduler.name",
        "jobsubmitter.logging",
        "jobsubmitter.logging.image",
        "jobsubmitter.logging.request.cores",
        "jobsubmitter.logging.request.memory",
        "jobsubmitter.container.image",
        "jobsubmitter.container.image.pullPolicy",
        "jobsubmitter.gracefulTermination",
    ),
    "emr-containers-defaults": (
        "job-start-timeout",
        "executor.logging",
        "logging.image",
        "logging.request.cores",
        "logging.request.memory",
        "logging.eventLog.dir",
        "logging.nativeSidecar",
    ),
}
NESTED = {"export"}  # EMR release guide, configure applications: inside spark-env
# "Configuring vertical autoscaling for Amazon EMR on EKS", below emr-containers.amazonaws.com/
SIZING = (
    "dynamic.sizing",
    "dynamic.sizing.signature",
    "dynamic.sizing.mode",
    "dynamic.sizing.scale.memory",
    "dynamic.sizing.scale.cpu",
    "dynamic.sizing.scale.memory.min",
    "dynamic.sizing.scale.memory.max",
    "dynamic.sizing.scale.cpu.min",
    "dynamic.sizing.scale.cpu.max",
)


def test_the_table_has_every_classification_and_property_of_the_guide_and_no_other() -> None:
    assert CLASSIFICATIONS.keys() == GUIDE.keys() | NESTED
    for name, properties in GUIDE.items():
        for key in properties:
            assert setting_of(name, key.replace("[", "").replace("]", "")) is not None, key
        if properties:
            free = {key.partition("[")[0] for key in properties}
            assert {key.removesuffix("*") for key in CLASSIFICATIONS[name]} == free


def test_the_table_has_every_monitoring_setting_of_the_service_and_the_autoscaling_of_the_guide() -> None:
    shape = botocore.session.get_session().get_service_model("emr-containers").shape_for("MonitoringConfiguration")
    assert isinstance(shape, StructureShape)
    assert MONITORING.keys() == shape.members.keys()
    assert AUTOSCALING.keys() == {f"emr-containers.amazonaws.com/{key}" for key in SIZING}


def test_every_entry_has_a_reason_or_a_code() -> None:
    entries = [entry for known in (*CLASSIFICATIONS.values(), MONITORING, AUTOSCALING) for entry in known.values()]
    for entry in entries:
        assert entry.why
        assert (entry.taken == "warned") == (entry.why in CODES), entry


KNOWN: dict[str, dict[str, str]] = {
    "emr-job-submitter": {
        "jobsubmitter.label.team": "a",
        "jobsubmitter.node.selector.topology.kubernetes.io/zone": "us-east-1a",
        "jobsubmitter.node.toleration.dedicated": "graviton_machines",
        "jobsubmitter.node.toleration.dedicated.effect": "NoExecute",
        "jobsubmitter.node.toleration.dedicated.tolerationSeconds": "60",
        "jobsubmitter.logging": "DISABLED",
        "jobsubmitter.container.image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/own",
        "jobsubmitter.gracefulTermination": "${GRACEFUL}",
    },
    "emr-containers-defaults": {
        "job-start-timeout": "1800",
        "executor.logging": "DISABLED",
        "logging.nativeSidecar": "ENABLED",
    },
    "spark-env": {"JAVA_HOME": "/usr/lib/jvm/java-17", "PYSPARK_PYTHON": "python3"},
    "spark-log4j2": {"rootLogger.level": "warn"},
    "core-site": {"fs.s3a.endpoint": "a"},
    "spark-defaults": {"spark.a": "b"},
}


def configured(name: str, properties: dict[str, str]) -> dict[str, Any]:
    more: dict[str, Any] = {name: properties}
    return request(**more)


def told(request: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.what, one.fix) for one in unknown_configuration(request)]


@pytest.mark.parametrize("name", KNOWN)
def test_what_the_guide_has_is_not_reported(name: str) -> None:
    assert told(configured(name, KNOWN[name])) == []


UNKNOWN: dict[str, tuple[str, dict[str, str], str, str]] = {
    "a typo in a classification": (
        "emr-job-submiter", {"jobsubmitter.label.team": "a"},
        "there is no classification emr-job-submiter", "Did you mean emr-job-submitter?",
    ),
    "EMR on EC2's classification": ("hive-site", {"a": "b"}, "no classification hive-site", "Did you mean spark-hive-site?"),
    "no classification at all": ("livy", {"a": "b"}, "no classification livy", ""),
    "capitals": ("Spark-Defaults", {"spark.a": "b"}, "no classification Spark-Defaults", "Did you mean spark-defaults?"),
    "a typo before what is free": (
        "emr-job-submitter", {"jobsubmiter.label.team/a.b": "a"},
        "has no property jobsubmiter.label.team/a.b", "Did you mean jobsubmitter.label.team/a.b?",
    ),
    "the plural": (
        "emr-job-submitter", {"jobsubmitter.labels.team": "a"},
        "no property jobsubmitter.labels.team", "Did you mean jobsubmitter.label.team?",
    ),
    "another name before a long ending": ("emr-job-submitter", {"team.a.b.c.d.e.f.g.h": "a"}, "no property team.a", ""),
    "nothing after the prefix": ("emr-job-submitter", {"jobsubmitter.label.": "a"}, "no property jobsubmitter.label.", ""),
    "a typo in a fixed name": (
        "emr-containers-defaults", {"job-start-time-out": "1800"},
        "no property job-start-time-out", "Did you mean job-start-timeout?",
    ),
    "the other classification's": (
        "emr-job-submitter", {"job-start-timeout": "1800"},
        "no property job-start-timeout", "Put it into the classification emr-containers-defaults",
    ),
    "a timeout among Spark's": (
        "spark-defaults", {"job-start-timeout": "1800"},
        "no property job-start-timeout", "Put it into the classification emr-containers-defaults",
    ),
    "a Spark property among EMR's": (
        "emr-containers-defaults", {"spark.executor.cores": "4"},
        "no property spark.executor.cores", "Put it into the classification spark-defaults",
    ),
    "an option of spark-submit": (
        "spark-defaults", {"--executor-cores": "4"},
        "no property --executor-cores", "Write options of spark-submit into sparkSubmitParameters",
    ),
    "a value that does not count": (
        "emr-job-submitter", {"jobsubmitter.logging": "false"},
        "jobsubmitter.logging is false, which counts as not set", "Write DISABLED or ENABLED",
    ),
    "a toleration without an effect": (
        "emr-job-submitter", {"jobsubmitter.node.toleration.spot": "true"},
        "without jobsubmitter.node.toleration.spot.effect", "Add jobsubmitter.node.toleration.spot.effect",
    ),
    "an effect without a value": (
        "emr-job-submitter", {"jobsubmitter.node.toleration.spot.effect": "NoSchedule"},
        "without jobsubmitter.node.toleration.spot, the tolerated value", "Add jobsubmitter.node.toleration.spot",
    ),
    "an endpoint's": ("jupyter-kernel-overrides", {"a": "b"}, "is for managed endpoints", "Remove it"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "properties", "what", "fix"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_the_guide_lacks_is_reported_with_a_suggestion(
    name: str, properties: dict[str, str], what: str, fix: str
) -> None:
    asked = configured(name, properties)
    ((said, guess),) = told(asked)
    assert what in said
    assert guess == fix
    (problem,) = [one for one in planned(asked).problems if one.code == "EMR_CONFIGURATION"]
    assert (problem.severity, problem.own_fix) == ("warning", fix)


def test_nested_configurations_are_read_too() -> None:
    asked = request()
    nested = [{"classification": "export", "properties": {"SPARK_CONF_DIR": "/opt/conf", "TZ": "UTC"}}]
    asked["configurationOverrides"]["applicationConfiguration"] = [
        {"classification": "spark-env", "configurations": [*nested, {"classification": "exports", "properties": {}}]}
    ]
    assert told(asked) == [("there is no classification exports", "Did you mean export?")]
    assert {one.code for one in planned(asked).problems} == {"EMR_CONFIGURATION", "EMR_SPARK_ENV"}


@pytest.mark.parametrize(("text", "seconds"), [(None, 900), ("1800", 1800), (" 600 ", 600), ("${TIMEOUT}", 900)])
def test_a_run_may_start_for_15_minutes_or_what_is_set(text: str | None, seconds: int) -> None:
    properties = {} if text is None else {"job-start-timeout": text}
    assert Request(request(emr_containers_defaults=properties)).start_timeout_seconds == seconds


@pytest.mark.parametrize("text", ["0", "-1", "15m", "1800.0", "PT30M", "\u0661"])
def test_a_timeout_that_is_no_number_of_seconds_is_refused_with_its_property(text: str) -> None:
    with pytest.raises(RuleError, match="whole number of seconds above 0") as refused:
        planned(request(emr_containers_defaults={"job-start-timeout": text}))
    assert refused.value.path == ("job-start-timeout",)


@pytest.mark.parametrize(
    ("classification", "name"),
    [
        ("emr-job-submitter", "jobsubmitter.logging.request.memory"),
        ("emr-job-submitter", "jobsubmitter.logging.request.cores"),
        ("emr-containers-defaults", "logging.request.memory"),
        ("emr-containers-defaults", "logging.request.cores"),
    ],
)
@pytest.mark.parametrize("text", ["200 MB", "200MB", "half", "-1"])
def test_a_request_of_a_logging_container_that_is_no_quantity_is_an_error_of_its_pod(
    classification: str, name: str, text: str
) -> None:
    found = planned(configured(classification, {name: text})).problems
    errors = [one for one in found if one.severity == "error"]
    role = "submitter" if name.startswith("jobsubmitter.") else "driver"
    assert {(one.role, one.value) for one in errors} == {(role, text)}
    assert "a quantity is a number" in errors[0].what


def test_a_submitter_or_driver_that_does_not_start_ends_the_run_and_executors_wait() -> None:
    selector = "spark.kubernetes.{}.node.selector.nowhere"
    waiting = {"job-start-timeout": "2700"}

    def reasons(role: str, **more: Any) -> dict[str, bool]:
        found = planned(request({selector.format(role): "a"}, **more))
        return {pod.role: "job-start-timeout" in str(pod.landing.reasons) for pod in found.pods}

    assert reasons("driver") == {"submitter": False, "driver": True, "executors": False}
    assert reasons("executor") == {"submitter": False, "driver": False, "executors": False}
    found = planned(request({selector.format("driver"): "a"}, emr_containers_defaults=waiting))
    assert found.of("driver").landing.reasons[-1] == (
        "it does not start: the run fails after 45 minutes at the latest (job-start-timeout)"
    )


SIZED = "spark.kubernetes.driver.{}.emr-containers.amazonaws.com/dynamic.sizing"


@pytest.mark.parametrize(
    ("spark", "found"),
    [
        ({SIZED.format("label"): "true", f"{SIZED.format('annotation')}.mode": "Auto"}, True),
        ({SIZED.format("annotation"): "true", f"{SIZED.format('annotation')}.mode": "Initial"}, True),
        ({SIZED.format("label"): "true", f"{SIZED.format('annotation')}.mode": "Off"}, False),
        ({SIZED.format("label"): "true", f"{SIZED.format('annotation')}.signature": "daily"}, False),
        ({SIZED.format("label"): "false", f"{SIZED.format('annotation')}.mode": "Auto"}, False),
        ({f"{SIZED.format('annotation')}.mode": "Auto"}, False),
    ],
    ids=json.dumps,
)
def test_vertical_autoscaling_is_reported_if_its_mode_resizes(spark: dict[str, str], found: bool) -> None:
    assert ("EMR_VERTICAL_AUTOSCALING" in {one.code for one in planned(request(spark)).problems}) == found


def test_a_pod_template_can_switch_vertical_autoscaling_on_too() -> None:
    sizing = "emr-containers.amazonaws.com/dynamic.sizing"
    metadata = {"labels": {sizing: "true"}, "annotations": {f"{sizing}.mode": "Auto"}}
    driver = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {}}
    assert [one.code for one in planned(request(), driver=driver).problems] == ["EMR_VERTICAL_AUTOSCALING"]


@pytest.mark.parametrize(("attempts", "codes"), [(1, []), (2, ["EMR_RETRIES"])])
def test_a_retry_policy_is_noted_where_it_retries(attempts: int, codes: list[str]) -> None:
    asked = {**request(), "retryPolicyConfiguration": {"maxAttempts": attempts}}
    found = planned(asked).problems
    assert [(one.code, one.severity) for one in found] == [(code, "note") for code in codes]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("jobsubmitter.node.selector.[workload]", "LABEL_REFUSED"),
        ("jobsubmitter.label.[workload]", "LABEL_REFUSED"),
        ("jobsubmitter.node.selector.workload", None),
        ("jobsubmitter.label.workload", None),
    ],
)
def test_the_brackets_of_the_guide_are_no_part_of_a_key(name: str, code: str | None) -> None:
    found = planned(configured("emr-job-submitter", {name: "spark"})).problems
    assert {one.code for one in found if one.severity == "error" and one.role == "submitter"} - {
        "EC2_NO_NODE_GROUP"
    } == ({code} if code else set())
