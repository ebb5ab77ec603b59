"""What waiting reports of a run's pods and their cost, read from the recording Kubernetes API with a token of EKS."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme

from emr_eks_placement.aws.job_runs import JobRunsApi
from emr_eks_placement.cli.main import main
from emr_eks_placement.facts import emr, kubernetes
from emr_eks_placement.runs import pods_beside
from emr_eks_placement.runs.pods_beside import PodsBeside
from local.aws.ministack import state
from tests.deployed.operate.conftest import FILE, Deployed
from tests.local.reading import Answer, answering, tls_of
from tests.unit.json_output import check_output
from tests.unit.observed import EC2_NODE, FARGATE_NODE, Data, on_fargate, pod

SUBMIT = ("submit", "trip-count", "-e", FILE, "--mode", "fargate", "--run-name")
NAMESPACE = "spark-jobs"  # of the environment's virtual cluster
UNREACHABLE = "https://127.0.0.1:1"
NOT_REACHED = "its pods were not read: endpoint 127.0.0.1:1 can't be reached (ConnectionRefusedError)"


class Told(list[str]):
    """What was reported of a run besides its state."""

    def __init__(self, deployed: Deployed, id_: str) -> None:
        super().__init__()
        run = JobRunsApi(deployed.session).describe(deployed.virtual_cluster, id_)
        self.look = PodsBeside(deployed.session, run, self.append).look


def started(deployed: Deployed, name: str) -> str:
    assert main([*SUBMIT, f"beside-{name}"]) == 0
    (run,) = deployed.runs.named(f"beside-{name}")
    return run.id


def since(hours: int) -> str:
    return f"{datetime.now(UTC) - timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"


def put(deployed: Deployed, run: str, one: Data, node: Data | None = None) -> None:
    """Creates a pod of the run, and its node with these labels."""
    status = one.pop("status")
    one["metadata"]["namespace"] = NAMESPACE
    one["metadata"]["labels"][emr.JOB_ID_LABEL] = run
    if node is not None:
        metadata = {"name": one["spec"]["nodeName"], "labels": node}
        deployed.kubernetes.create({"apiVersion": "v1", "kind": "Node", "metadata": metadata})
    deployed.kubernetes.create(one)
    deployed.kubernetes.put_status("pods", one["metadata"]["name"], NAMESPACE, status)


def dollars(cost: str) -> float:
    return float(cost.removeprefix("$").split()[0])


@pytest.fixture(autouse=True)
def cluster(deployed: Deployed) -> Iterator[Data]:
    """The record of the EKS cluster; no pods and no nodes are left after the test."""
    (name,) = deployed.session.client("eks").list_clusters()["clusters"]
    record = state.cluster(name)
    assert record is not None
    yield record
    for resource, namespace in (("pods", NAMESPACE), ("nodes", None)):
        for one in deployed.kubernetes.objects(resource, namespace):
            deployed.kubernetes.delete(resource, one["metadata"]["name"], namespace)


def test_waiting_tells_pods_beside_the_state(deployed: Deployed) -> None:
    process = deployed.begin(*SUBMIT, "beside-watched", "--wait", "--output", "json")
    assert process.stdout
    told: list[str] = []
    for event in map(json.loads, process.stdout):
        check_output("event", event)
        if event["event"] == "progress" and event["pods"] not in told:
            told.append(event["pods"])
            if event["pods"] == "no pods":
                put(deployed, event["id"], pod("driver", node=None))
                put(deployed, event["id"], pod("executors", node=None, phase="Pending"))
            else:
                deployed.runs.end(event["id"], "CANCELLED")
    _, err = process.communicate(timeout=300)
    assert (told[0], told[-1]) == ("no pods", "1 pod running, 1 pending")
    assert err == ""


def test_only_pods_of_the_run_count(deployed: Deployed) -> None:
    told = Told(deployed, started(deployed, "own"))
    put(deployed, "another", pod(node=None))
    assert told.look() == {"pods": "no pods"}
    assert told == []


def test_a_deleted_pod_has_a_cost(deployed: Deployed) -> None:
    """2 vCPU and 4 GB of Fargate for an hour, and what EMR adds for the 1 vCPU and 2 GiB that are requested."""
    id_ = started(deployed, "cost")
    told = Told(deployed, id_)
    put(deployed, id_, on_fargate(pod(startTime=since(hours=1))), FARGATE_NODE)
    there = told.look()
    assert there["pods"] == "1 pod running"
    hourly = 2 * 0.04048 + 4 * 0.004445 + 0.01012 + 2 * 0.00111125
    assert dollars(there["cost"]) == pytest.approx(hourly, rel=0.02)
    deployed.kubernetes.delete("pods", "driver-1", NAMESPACE)
    gone = told.look()
    assert gone["pods"] == "no pods"
    assert dollars(gone["cost"]) >= dollars(there["cost"])


def test_the_spot_instance_of_a_pod_is_not_in_the_cost(deployed: Deployed) -> None:
    id_ = started(deployed, "ec2")
    put(deployed, id_, pod(startTime=since(hours=10)), EC2_NODE | {kubernetes.CAPACITY_TYPE: "SPOT"})
    cost = Told(deployed, id_).look()["cost"]
    assert cost.endswith(" so far without EC2 instances")
    assert dollars(cost) == pytest.approx(10 * (0.01012 + 2 * 0.00111125), rel=0.02)


def test_an_unreachable_api_is_reported_once_and_read_again_later(
    deployed: Deployed, cluster: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told(deployed, started(deployed, "unreachable"))
    with monkeypatch.context() as patch:
        patch.setitem(cluster, "endpoint", UNREACHABLE)
        patch.setattr(pods_beside, "_RETRY_SECONDS", 0)
        assert [told.look(), told.look()] == [{}, {}]
    assert told == [NOT_REACHED]


def test_an_api_out_of_reach_is_left_alone_for_a_while(
    deployed: Deployed, cluster: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(path: str) -> Answer:
        asked.append(path)
        return Answer(503, "{}")

    authority = trustme.CA()
    told = Told(deployed, started(deployed, "left-alone"))
    with answering(answer, tls_of(authority)) as server:
        trust(cluster, server.url, authority, monkeypatch)
        assert [told.look(), told.look()] == [{}, {}]
    assert len(asked) == 1


def test_denied_nodes_are_reported_once_whichever_they_are(
    deployed: Deployed, cluster: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = iter("ab")

    def answer(path: str) -> Answer:
        if "/pods" not in path:
            return Answer(403, "{}")
        items = [pod(node=f"node-{next(names)}", startTime=since(hours=1))]
        return Answer(200, json.dumps({"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": items}))

    authority = trustme.CA()
    told = Told(deployed, started(deployed, "no-nodes"))
    with answering(answer, tls_of(authority)) as server:
        trust(cluster, server.url, authority, monkeypatch)
        assert [told.look()["pods"], told.look()["pods"]] == ["1 pod running", "1 pod running"]
    assert told == ["its nodes were not read: GET /api/v1/nodes/node-a was answered 403 Forbidden"]


def trust(cluster: Data, url: str, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> None:
    """EKS describes the cluster with this endpoint."""
    data: Any = {"data": base64.b64encode(authority.cert_pem.bytes()).decode()}
    monkeypatch.setitem(cluster, "endpoint", url)
    monkeypatch.setitem(cluster, "certificateAuthority", data)


def test_waiting_goes_on_without_pods(deployed: Deployed, cluster: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cluster, "endpoint", UNREACHABLE)
    process = deployed.begin(*SUBMIT, "beside-nothing", "--wait")
    assert process.stdout
    while "RUNNING" not in (line := process.stdout.readline()):
        assert line, "it waits"
    assert line.endswith("s  RUNNING\n")
    deployed.runs.end(deployed.runs.named("beside-nothing")[0].id, "CANCELLED")
    _, err = process.communicate(timeout=300)
    first, *others = err.splitlines()
    assert first == f"note: {NOT_REACHED}"
    assert "pods" not in "".join(others)
