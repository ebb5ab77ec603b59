"""Pods as real spark-submit and real drivers create them."""

import os
from pathlib import Path

import pytest

from local.kubernetes import JsonObject, RecordingKubernetesApi
from local.spark import DriverSubmission, SparkLauncher, SparkSubmitError

PLACEMENT = "spark-node-placement"
ZONE = "topology.kubernetes.io/zone"
NODE_SELECTOR = "spark.kubernetes.node.selector."
CONF = {
    "spark.kubernetes.namespace": "emr-jobs",
    "spark.kubernetes.container.image": "spark:local",
    "spark.driver.cores": "1",
    "spark.driver.memory": "2g",
    "spark.executor.instances": "2",
    "spark.executor.cores": "2",
    "spark.executor.memory": "4g",
}
TEMPLATE = """\
apiVersion: v1
kind: Pod
metadata:
  labels: {from-template: "yes"}
  annotations: {note: kept}
spec:
  nodeSelector: {eks.amazonaws.com/nodegroup: on-demand, topology.kubernetes.io/zone: us-west-2b}
  tolerations:
    - {key: dedicated, operator: Equal, value: spark, effect: NoSchedule}
  volumes:
    - {name: scratch, emptyDir: {}}
  containers:
    - name: main
      volumeMounts: [{name: scratch, mountPath: /scratch}]
"""


def submit(spark: SparkLauncher, *, application: str = "s3://bucket/job.py", **conf: str) -> DriverSubmission:
    dotted = {key.replace("__", "."): value for key, value in conf.items()}
    return spark.submit({**CONF, **dotted}, application=application, name="probe")


def with_conf(spark: SparkLauncher, conf: dict[str, str]) -> tuple[JsonObject, list[JsonObject]]:
    submission = spark.submit({**CONF, **conf}, application="s3://bucket/job.py", name="probe")
    return submission.driver_pod, spark.start_executors(submission, executors=2)


def labels(pod: JsonObject) -> JsonObject:
    found: JsonObject = pod["metadata"]["labels"]
    return found


def main_resources(pod: JsonObject) -> JsonObject:
    found: JsonObject = pod["spec"]["containers"][0]["resources"]
    return found


@pytest.fixture
def template(tmp_path: Path) -> str:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    return str(path)


def test_pods_without_placement(spark: SparkLauncher) -> None:
    driver, executors = with_conf(spark, {})
    assert [labels(pod)["spark-role"] for pod in (driver, *executors)] == ["driver", "executor", "executor"]
    assert [labels(pod)["spark-exec-id"] for pod in executors] == ["1", "2"]
    assert {pod["metadata"]["namespace"] for pod in (driver, *executors)} == {"emr-jobs"}
    assert {labels(pod)["spark-app-selector"] for pod in executors} == {labels(driver)["spark-app-selector"]}
    assert all("nodeSelector" not in pod["spec"] for pod in (driver, *executors))
    assert executors[0]["metadata"]["ownerReferences"][0]["uid"] == driver["metadata"]["uid"]


def test_labels_by_role(spark: SparkLauncher) -> None:
    driver, executors = with_conf(spark, {f"spark.kubernetes.executor.label.{PLACEMENT}": "fargate"})
    assert PLACEMENT not in labels(driver)
    assert [labels(pod)[PLACEMENT] for pod in executors] == ["fargate", "fargate"]
    driver, executors = with_conf(spark, {f"spark.kubernetes.driver.label.{PLACEMENT}": "fargate"})
    assert labels(driver)[PLACEMENT] == "fargate"
    assert PLACEMENT not in labels(executors[0])


def test_node_selectors_for_both_roles_and_for_each(spark: SparkLauncher) -> None:
    driver, executors = with_conf(
        spark,
        {
            NODE_SELECTOR + ZONE: "us-west-2a",
            "spark.kubernetes.driver.node.selector.role": "driver",
            "spark.kubernetes.executor.node.selector.role": "executor",
        },
    )
    assert driver["spec"]["nodeSelector"] == {ZONE: "us-west-2a", "role": "driver"}
    assert [pod["spec"]["nodeSelector"] for pod in executors] == [{ZONE: "us-west-2a", "role": "executor"}] * 2


def test_a_driver_template_shapes_the_driver_only(spark: SparkLauncher, template: str) -> None:
    driver, executors = with_conf(spark, {"spark.kubernetes.driver.podTemplateFile": template})
    assert driver["spec"]["nodeSelector"] == {"eks.amazonaws.com/nodegroup": "on-demand", ZONE: "us-west-2b"}
    assert labels(driver)["from-template"] == "yes"
    assert driver["metadata"]["annotations"] == {"note": "kept"}
    assert {"key": "dedicated", "operator": "Equal", "value": "spark", "effect": "NoSchedule"} in driver["spec"][
        "tolerations"
    ]
    assert "scratch" in [volume["name"] for volume in driver["spec"]["volumes"]]
    assert "nodeSelector" not in executors[0]["spec"]
    assert "from-template" not in labels(executors[0])


def test_an_executor_template_shapes_the_executors_only(spark: SparkLauncher, template: str) -> None:
    driver, executors = with_conf(spark, {"spark.kubernetes.executor.podTemplateFile": template})
    assert "nodeSelector" not in driver["spec"]
    for pod in executors:
        assert pod["spec"]["nodeSelector"] == {"eks.amazonaws.com/nodegroup": "on-demand", ZONE: "us-west-2b"}
        assert [toleration["key"] for toleration in pod["spec"]["tolerations"]] == ["dedicated"]
        assert labels(pod)["from-template"] == "yes"


def test_conf_wins_over_the_template_on_the_same_key(spark: SparkLauncher, template: str) -> None:
    conf = {
        "spark.kubernetes.driver.podTemplateFile": template,
        "spark.kubernetes.executor.podTemplateFile": template,
        NODE_SELECTOR + ZONE: "us-west-2a",
    }
    driver, executors = with_conf(spark, conf)
    expected = {"eks.amazonaws.com/nodegroup": "on-demand", ZONE: "us-west-2a"}
    assert [pod["spec"]["nodeSelector"] for pod in (driver, *executors)] == [expected] * 3


@pytest.mark.parametrize(
    ("application", "main_class", "driver_memory", "executor_memory"),
    [
        ("s3://bucket/job.py", None, "2867Mi", "5734Mi"),
        ("s3://bucket/job.jar", "com.example.Main", "2432Mi", "4505Mi"),
    ],
)
def test_sizes(
    spark: SparkLauncher, application: str, main_class: str | None, driver_memory: str, executor_memory: str
) -> None:
    submission = spark.submit(CONF, application=application, main_class=main_class, name="probe")
    executors = spark.start_executors(submission, executors=1)
    assert main_resources(submission.driver_pod) == {
        "requests": {"cpu": "1", "memory": driver_memory},
        "limits": {"memory": driver_memory},
    }
    assert main_resources(executors[0]) == {
        "requests": {"cpu": "2", "memory": executor_memory},
        "limits": {"memory": executor_memory},
    }


def test_arguments_name_and_files_reach_the_driver(spark: SparkLauncher) -> None:
    submission = spark.submit(
        {**CONF, "spark.submit.pyFiles": "s3://bucket/lib.zip", "spark.files": "s3://bucket/data.csv"},
        application="s3://bucket/job.py",
        arguments=["--day", "2026-01-01 00:00"],
        name="nightly report",
    )
    assert submission.driver_pod["spec"]["containers"][0]["args"][-3:] == [
        "s3://bucket/job.py",
        "--day",
        "2026-01-01 00:00",
    ]
    assert submission.driver_pod["metadata"]["name"].startswith("nightly-report-")
    assert submission.properties["spark.submit.pyFiles"] == "s3://bucket/lib.zip"
    assert spark.start_executors(submission, executors=1)


def test_more_executors_than_a_batch_and_than_the_conf_asks_for(spark: SparkLauncher) -> None:
    executors = spark.start_executors(submit(spark), executors=7)
    assert [labels(pod)["spark-exec-id"] for pod in executors] == [str(number) for number in range(1, 8)]


def test_the_driver_deletes_its_executors_at_its_end(spark: SparkLauncher, kubernetes: RecordingKubernetesApi) -> None:
    submission = submit(spark)
    spark.start_executors(submission, executors=2)
    left = [labels(pod) for pod in kubernetes.objects("pods", "emr-jobs")]
    ours = [found for found in left if found["spark-app-selector"] == submission.application_id]
    assert [found["spark-role"] for found in ours] == ["driver"]


@pytest.mark.parametrize(
    ("conf", "message"),
    [
        ({"spark.driver.memory": "much"}, "Driver memory must be a positive number"),
        ({"spark.kubernetes.namespace": "nowhere"}, 'namespaces "nowhere" not found'),
        ({"spark.kubernetes.driver.podTemplateFile": "/nowhere.yaml"}, "/nowhere.yaml (No such file or directory)"),
        ({"spark.kubernetes.executor.volumes.foo.x.mount.path": "/x"}, "Kubernetes Volume type `foo` is not supported"),
    ],
)
def test_what_spark_submit_refuses(spark: SparkLauncher, conf: dict[str, str], message: str) -> None:
    with pytest.raises(SparkSubmitError) as raised:
        spark.submit({**CONF, **conf}, application="s3://bucket/job.py", name="probe")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", ["{{{{", "", "kind: Foo\n", "spec: 3\n", "spec: {tolerations: 3}\n"])
def test_a_broken_template_fails_the_submission_or_the_driver(spark: SparkLauncher, tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    with pytest.raises(SparkSubmitError, match=r"^Could not load pod from template file: "):
        submit(spark, spark__kubernetes__driver__podTemplateFile=str(path))
    submission = submit(spark, spark__kubernetes__executor__podTemplateFile=str(path))
    with pytest.raises(SparkSubmitError, match=r"^Could not load pod from template file: "):
        spark.start_executors(submission, executors=1)


def test_a_driver_that_ends_its_java_process_is_an_error_and_the_next_job_runs(
    spark: SparkLauncher, capfd: pytest.CaptureFixture[str]
) -> None:
    submission = spark.submit(
        {**CONF, "spark.kubernetes.executor.label.spark-role": "mine"}, application="s3://bucket/job.py", name="probe"
    )
    with pytest.raises(SparkSubmitError, match="Custom executor labels cannot contain spark-role"):
        spark.start_executors(submission, executors=1)
    assert capfd.readouterr().err == ""
    assert spark.start_executors(submit(spark), executors=1)


def test_the_callers_environment_is_neither_used_nor_changed(
    spark: SparkLauncher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPARK_HOME", "/nowhere")
    before = dict(os.environ)
    assert submit(spark).driver_pod
    assert dict(os.environ) == before
