"""emr-placement smoke-test against the local cluster: real Spark's pods, all as planned or one thing changed."""

import json
import re
import shlex
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from emr_eks_placement.cli.main import main
from emr_eks_placement.facts import emr, kubernetes
from emr_eks_placement.scheduling.nodes import Candidates, candidates
from emr_eks_placement.scheduling.pod import PodShape
from local.cdk import ROOT
from tests.deployed.demo.conftest import JOB, PLACEMENTS, Deployed

FILE = "environments/local.yaml"
Capture = pytest.CaptureFixture[str]
Told = tuple[int, dict[str, Any], str]


@pytest.fixture(autouse=True)
def in_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture
def smoke(deployed: Deployed, capsys: Capture) -> Callable[..., Told]:
    """The exit status, what was reported and what was printed on standard error."""
    assert deployed

    def run(*options: str) -> Told:
        capsys.readouterr()
        status = main(["smoke-test", "-e", FILE, "--output", "json", *options])
        told = capsys.readouterr()
        return status, json.loads(told.out), told.err

    return run


def versions(deployed: Deployed) -> list[tuple[str, str]]:
    """Of all objects that are no logs."""
    listed = deployed.local.session.client("s3").list_object_versions(Bucket=deployed.bucket)
    every = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
    return sorted((one["Key"], one["VersionId"]) for one in every if not one["Key"].startswith("logs/"))


def test_everything_agrees_and_nothing_is_left(deployed: Deployed, smoke: Callable[..., Told]) -> None:
    before = versions(deployed)
    status, told, err = smoke()
    assert (status, told["agreed"]) == (0, True)
    assert [one["placement"] for one in told["placements"]] == list(PLACEMENTS)
    assert {(one["state"], len(one["differences"])) for one in told["placements"]} == {("COMPLETED", 0)}
    for one in told["placements"]:
        assert [pod["pod"] for pod in one["pods"]] == ["submitter", "driver", "executors"], "it is a small job"
        assert all(pod["node_labels"][kubernetes.ZONE] == pod["zone"] for pod in one["pods"])
        assert all(time is not None for time in one["seconds_to_running"].values())
    assert versions(deployed) == before, "what was uploaded is removed"
    assert f"note: {PLACEMENTS[-1]} ({len(PLACEMENTS)} of {len(PLACEMENTS)})\n" in err


def test_what_is_not_settled_is_named_one_by_one(smoke: Callable[..., Told]) -> None:
    _, told, _ = smoke("--placement", "fargate-all")
    seen = {fact["name"]: list(fact["seen"]) for fact in told["learned"]}
    assert seen["logging sidecar's memory"] == ["driver: 512Mi", "executors: 512Mi"]
    assert seen["submitter's requests"] == ["job-runner 800m CPU, 512Mi; emr-container-fluentd 100m CPU, 200Mi"]
    assert seen["EMR's access"][0].startswith("access entry: ")
    assert "CloudWatch, driver: containers/APPLICATION/POD/stdout" in seen["names of logs"]
    assert "S3, submitter: containers/POD/stdout.gz" in seen["names of logs"]
    (times,) = seen["time to run"]
    assert re.fullmatch(r"fargate-all: submitter \d+ s, driver \d+ s, executors \d+ s", times)


def test_nothing_in_it_identifies_the_account(deployed: Deployed, smoke: Callable[..., Told]) -> None:
    account = deployed.local.session.client("sts").get_caller_identity()["Account"]
    own = [account, deployed.bucket, deployed.outputs["SparkVirtualClusterId"], "arn:aws"]
    _, told, _ = smoke("--placement", "ec2")
    assert [name for name in own if name in json.dumps(told)] == []


def test_the_deployed_job_itself(deployed: Deployed, smoke: Callable[..., Told]) -> None:
    status, told, err = smoke("--job", JOB, "--placement", "fargate", "--placement", "ec2")
    assert (status, [one["placement"] for one in told["placements"]]) == (0, ["fargate", "ec2"])
    assert [pod["pod"] for pod in told["placements"][0]["pods"]].count("executors") == 2
    (run, *_) = re.findall(r"job run (\w+) ", err)
    emr_containers = deployed.local.session.client("emr-containers")
    started = emr_containers.describe_job_run(id=run, virtualClusterId=deployed.outputs["SparkVirtualClusterId"])
    assert started["jobRun"]["jobDriver"] == deployed.definition("fargate")["jobDriver"]


# One thing is not as planned


def sidecar_of(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """EMR's logging sidecar requests this, whatever is documented."""
    monkeypatch.setattr("local.emr.pods.emr", SimpleNamespace(**{**vars(emr), "LOGGING_SIDECAR_MEMORY": memory}))


def test_a_logging_sidecar_of_another_size_is_found_and_named(
    smoke: Callable[..., Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    sidecar_of("768Mi", monkeypatch)
    status, told, _ = smoke("--placement", "pinned-driver")
    (one,) = told["placements"]
    assert (status, told["agreed"]) == (1, False)
    what = "container emr-container-fluentd requests 768Mi, not 512Mi"
    assert one["differences"] == [
        {"kind": "requests", "severity": "warning", "what": what, "role": role} for role in ("driver", "executors")
    ]
    (fact,) = [fact for fact in told["learned"] if fact["name"] == "logging sidecar's memory"]
    assert list(fact["seen"]) == ["driver: 768Mi", "executors: 768Mi"]
    assert smoke("--placement", "pinned-driver", "--fail-on", "error")[0] == 0
    assert smoke("--placement", "pinned-driver", "--ignore", "requests")[0] == 0


def test_a_logging_sidecar_as_others_have_seen_it_agrees_and_is_named(
    smoke: Callable[..., Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    sidecar_of(emr.LOGGING_SIDECAR_MEMORY_SEEN, monkeypatch)
    status, told, _ = smoke("--placement", "fargate")
    assert (status, told["placements"][0]["differences"]) == (0, [])
    (fact,) = [fact for fact in told["learned"] if fact["name"] == "logging sidecar's memory"]
    assert list(fact["seen"]) == ["driver: 200Mi", "executors: 200Mi"]


def test_a_pod_on_another_node_group_is_found_and_named(
    smoke: Callable[..., Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(pod: PodShape, groups: Any) -> Candidates:
        return candidates(
            pod
            if pod.labels.get("spark-role") != "driver"
            else PodShape(namespace=pod.namespace, cpu_millis=1, memory_bytes=1),
            {name: one for name, one in groups.items() if "system" in name},
        )

    monkeypatch.setattr("local.eks.scheduler.candidates", elsewhere)
    status, told, _ = smoke("--placement", "pinned-driver", "--fail-on", "error")
    (one,) = told["placements"]
    (found,) = one["differences"]
    assert (status, found["kind"], found["severity"], found["role"]) == (1, "pods", "error", "driver")
    assert found["what"] == "on system, not spark-drivers"
    assert one["state"] == "COMPLETED", "nothing but the comparison tells it"


def test_a_container_that_somebody_injects_is_found_and_named(
    deployed: Deployed, smoke: Callable[..., Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    create = type(deployed.local.kubernetes._operations).create
    mesh = {"name": "istio-proxy", "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}}}

    def injecting(self: Any, target: Any, manifest: dict[str, Any]) -> dict[str, Any]:
        if manifest.get("kind") == "Pod" and manifest["metadata"]["labels"].get("spark-role") == "executor":
            manifest = {**manifest, "spec": {**manifest["spec"], "containers": [*manifest["spec"]["containers"], mesh]}}
        return create(self, target, manifest)

    monkeypatch.setattr(type(deployed.local.kubernetes._operations), "create", injecting)
    status, told, _ = smoke("--placement", "ec2")
    (found,) = told["placements"][0]["differences"]
    assert (status, found["kind"], found["role"]) == (1, "containers", "executors")
    assert found["what"] == "container istio-proxy, which requests 100m CPU, 128Mi, is not planned"


def test_the_table_is_that_of_the_docs_and_fits_80_columns(
    deployed: Deployed, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deployed
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    page = (ROOT / "docs/smoke-test.md").read_text()
    blocks = re.findall(r"```console\n(\$ emr-placement smoke-test.*?)```", page, re.DOTALL)
    for block, memory, expected in zip(blocks, ("512Mi", "768Mi"), (0, 1), strict=True):
        sidecar_of(memory, monkeypatch)
        command, *shown = without_times(block).splitlines()
        assert main(shlex.split(command)[2:]) == expected
        printed = without_times(capsys.readouterr().out).splitlines()
        assert printed == shown
        assert max(map(len, printed)) <= 80


def without_times(text: str) -> str:
    return re.sub(r"\b\d+ s\b", "N s", text)
