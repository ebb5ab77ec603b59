"""emr-placement observe of runs that go on: pods that come one by one, are refused, or can't be read."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from emr_eks_placement.aws import kubernetes as kubernetes_api
from emr_eks_placement.aws import pods as run_pods
from emr_eks_placement.aws.job_runs import JobRunsApi
from emr_eks_placement.aws.pods import RunPods
from emr_eks_placement.cli.main import main
from emr_eks_placement.facts import emr, kubernetes
from local.aws.ministack import state
from tests.local.reading import Answer, answering, tls_of
from tests.operate.conftest import FILE, Deployed
from tests.unit.observed import Data, event, on_fargate, pending, pod

Capture = pytest.CaptureFixture[str]
FARGATE_NODE = {kubernetes.COMPUTE_TYPE: "fargate", kubernetes.ZONE: "us-east-1a"}


@pytest.fixture
def namespace(deployed: Deployed) -> Iterator[str]:
    """That of the runs, whose pods, nodes and events are deleted after the test."""
    name = deployed.environment.virtual_clusters["spark"].namespace
    api = deployed.kubernetes
    if not any(one["metadata"]["name"] == name for one in api.objects("namespaces")):
        api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    for resource, place in (("pods", name), ("events", name), ("nodes", None)):
        for one in api.objects(resource):
            api.delete(resource, one["metadata"]["name"], place)


@pytest.fixture
def create(deployed: Deployed, namespace: str) -> Callable[[str, Data, dict[str, str] | None], None]:
    """Creates a pod of a run, and its node with these labels."""

    def make(run: str, one: Data, node: dict[str, str] | None = None) -> None:
        status = one.pop("status")
        one["metadata"]["namespace"] = namespace
        one["metadata"]["labels"][emr.JOB_ID_LABEL] = run
        api = deployed.kubernetes
        name = one["spec"].get("nodeName")
        if name and not any(other["metadata"]["name"] == name for other in api.objects("nodes")):
            api.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": node or {}}})
        api.create(one)
        api.put_status("pods", one["metadata"]["name"], namespace, status)

    return make


Create = Callable[[str, Data, dict[str, str] | None], None]


def started(deployed: Deployed, name: str) -> str:
    assert main(["submit", "trip-count", "-e", FILE, "--mode", "fargate", "--run-name", name]) == 0
    (run,) = deployed.runs.named(name)
    return run.id


def observed(capsys: Capture, run: str) -> tuple[int, dict[str, Any], str]:
    capsys.readouterr()
    status = main(["observe", run, "-e", FILE, "--output", "json"])
    told = capsys.readouterr()
    return status, json.loads(told.out), told.err


def verdicts(told: dict[str, Any]) -> dict[str, str]:
    return {row["pod"]: row["verdict"] for row in told["rows"]}


def ec2_labels(deployed: Deployed) -> dict[str, str]:
    eks = deployed.session.client("eks")
    (cluster,) = eks.list_clusters()["clusters"]
    group = eks.list_nodegroups(clusterName=cluster)["nodegroups"]
    named = {eks.describe_nodegroup(clusterName=cluster, nodegroupName=one)["nodegroup"]["tags"]["Name"]: one for one in group}
    return {kubernetes.NODE_GROUP: named["spark-drivers"], kubernetes.ZONE: "us-east-1a"}


def profile(deployed: Deployed) -> str:
    eks = deployed.session.client("eks")
    (cluster,) = eks.list_clusters()["clusters"]
    names = eks.list_fargate_profiles(clusterName=cluster)["fargateProfileNames"]
    for name in names:
        found = eks.describe_fargate_profile(clusterName=cluster, fargateProfileName=name)["fargateProfile"]
        if any(one["labels"].get("spark-node-placement") == "fargate" for one in found["selectors"]):
            return name
    raise AssertionError(names)


def test_a_run_whose_pods_come_one_by_one(deployed: Deployed, create: Create, capsys: Capture) -> None:
    run = started(deployed, "one-by-one")
    create(run, pod("submitter"), ec2_labels(deployed))
    create(run, pending(on_fargate(pod("driver")), "Pod provisioning timed out"), None)
    create(run, pod("driver", "of-another-run"), None)
    deployed.kubernetes.update(
        "pods", "of-another-run", "spark-jobs", lambda one: one["metadata"]["labels"].update({emr.JOB_ID_LABEL: "x"})
    )
    status, told, err = observed(capsys, run)
    assert (status, err) == (1, "")
    assert verdicts(told) == {"submitter": "yes", "driver": "missing", "executors": "missing"} | {"driver": "pending"}
    assert [one["pending"] for one in told["pods"]] == [None, "Unschedulable: Pod provisioning timed out"]
    assert told["cost"]["unpriced_pods"] == 1
    assert main(["observe", run, "-e", FILE]) == 1
    out = capsys.readouterr().out
    assert "why pending: driver driver-1: Unschedulable: Pod provisioning timed out\n" in out
    assert "cost of these pods so far, by list prices: $" in out


def test_a_pod_that_the_quota_refuses_is_told_by_its_job(
    deployed: Deployed, namespace: str, capsys: Capture
) -> None:
    run = started(deployed, "refused")
    refused = f'pods "{run}-x" is forbidden: exceeded quota: spark, requested: pods=1, used: pods=50'
    told_event = event(run, "FailedCreate", refused, kind="Job")
    told_event["metadata"]["namespace"] = told_event["involvedObject"]["namespace"] = namespace
    deployed.kubernetes.create(told_event)
    deployed.kubernetes.create(
        {**event("another", "FailedCreate", "of no concern"), "metadata": {"name": "b", "namespace": namespace}}
    )
    status, told, _ = observed(capsys, run)
    assert (status, set(verdicts(told).values())) == (1, {"missing"})
    assert told["warnings"] == [{"of": f"Job {run}", "texts": [f"FailedCreate: {refused}"]}]


def test_a_run_that_has_ended_has_no_pods(deployed: Deployed, namespace: str, capsys: Capture) -> None:
    assert namespace
    run = started(deployed, "gone")
    deployed.runs.end(run, "COMPLETED")
    status, told, err = observed(capsys, run)
    assert (status, set(verdicts(told).values())) == (2, {"gone"})
    assert err == f"note: job run {run} is COMPLETED: it has no pods any more: EMR deletes those of a run that has ended\n"
    assert [one["pod"] for one in told["plan"]["pods"]] == ["submitter", "driver", "executors"]


def test_no_such_run(deployed: Deployed, capsys: Capture) -> None:
    assert deployed
    assert main(["observe", "0000000nowhere", "-e", FILE]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def reader(deployed: Deployed, run: str) -> RunPods:
    return RunPods(deployed.session, JobRunsApi(deployed.session).describe(deployed.virtual_cluster, run))


def gets(deployed: Deployed, since: int) -> list[str]:
    return [one.path.partition("?")[0] for one in deployed.kubernetes.requests[since:]]


def test_reading_again_asks_for_the_pods_and_no_node_twice(deployed: Deployed, create: Create) -> None:
    run = started(deployed, "again")
    create(run, pod("submitter", node="ip-7"), {kubernetes.ZONE: "us-east-1a"})
    pods = reader(deployed, run)
    since = len(deployed.kubernetes.requests)
    first = pods.read()
    create(run, pod("driver", node="ip-8"), {kubernetes.ZONE: "us-east-1b"})
    create(run, pod("executors", node="ip-8"), None)
    second = pods.read()
    assert [one.zone for one in first.pods or ()] == ["us-east-1a"]
    assert [one.zone for one in second.pods or ()] == ["us-east-1a", "us-east-1b", "us-east-1b"]
    own = "/api/v1/namespaces/spark-jobs/pods"
    assert [path for path in gets(deployed, since) if "nodes" in path] == ["/api/v1/nodes/ip-7", "/api/v1/nodes/ip-8"]
    assert gets(deployed, since).count(own) == 2
    assert all(one.method == "GET" for one in deployed.kubernetes.requests[since:] if "nodes" in one.path)


def test_many_nodes_are_one_list(deployed: Deployed, create: Create, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_pods, "_FEW_NODES", 2)
    run = started(deployed, "many")
    for number in range(4):
        create(run, pod("executors", f"executor-{number}", node=f"ip-{number}"), {kubernetes.ZONE: f"zone-{number}"})
    create(run, pod("executors", "executor-9", node="ip-gone"), None)
    deployed.kubernetes.delete("nodes", "ip-gone", None)
    pods = reader(deployed, run)
    since = len(deployed.kubernetes.requests)
    read = pods.read()
    assert [one.zone for one in read.pods or ()] == [*(f"zone-{number}" for number in range(4)), None]
    assert [path for path in gets(deployed, since) if "nodes" in path] == ["/api/v1/nodes"]


def test_a_token_is_renewed_before_it_ends(
    deployed: Deployed, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert namespace
    pods = reader(deployed, started(deployed, "token"))
    made: list[str] = []
    token = kubernetes_api.eks_token
    monkeypatch.setattr(kubernetes_api, "eks_token", lambda *asked: made.append("token") or token(*asked))
    pods.read()
    pods.read()
    assert len(made) == 1
    monkeypatch.setattr(run_pods, "_RENEW_SECONDS", -1.0)
    assert pods.read().not_read == ()
    assert len(made) == 2


# A bad day


@pytest.fixture
def answered(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], Answer | None], str], Any]:
    """Observes a run whose cluster's Kubernetes API answers so: the exit status, and what was printed."""
    import base64

    import trustme

    def observe(answer: Callable[[str], Answer | None], run: str) -> tuple[int, str, str]:
        authority = trustme.CA()
        (name,) = deployed.session.client("eks").list_clusters()["clusters"]
        record = state.cluster(name)
        assert record is not None
        with answering(answer, tls_of(authority)) as server, pytest.MonkeyPatch.context() as patch:
            patch.setitem(record, "endpoint", server.url)
            data = base64.b64encode(authority.cert_pem.bytes()).decode()
            patch.setitem(record, "certificateAuthority", {"data": data})
            capsys = request_capsys()
            capsys.readouterr()
            status = main(["observe", run, "-e", FILE])
            told = capsys.readouterr()
        return status, told.out, told.err

    return observe
