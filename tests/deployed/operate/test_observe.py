"""emr-placement observe of runs that go on: pods that come one by one, are refused, or can't be read."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme

from emr_eks_placement.aws import pods as run_pods
from emr_eks_placement.aws.job_runs import JobRunsApi
from emr_eks_placement.aws.kubernetes import KubernetesApi, open_kubernetes_api
from emr_eks_placement.aws.pods import RunPods
from emr_eks_placement.cli.main import main
from emr_eks_placement.facts import emr, kubernetes
from local.aws.ministack import state
from tests.deployed.operate.conftest import FILE, Deployed
from tests.local.reading import Answer, answering, tls_of
from tests.unit.json_output import check_output
from tests.unit.observed import Data, event, on_fargate, pending, pod

Capture = pytest.CaptureFixture[str]
NAMESPACE = "spark-jobs"  # of the environment's virtual cluster


@pytest.fixture
def namespace(deployed: Deployed) -> Iterator[str]:
    """That of the runs, whose pods, nodes and events are deleted after the test."""
    name = NAMESPACE
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
    check_output("observation", json.loads(told.out))
    return status, json.loads(told.out), told.err


def verdicts(told: dict[str, Any]) -> dict[str, str]:
    return {row["pod"]: row["verdict"] for row in told["rows"]}


def ec2_labels(deployed: Deployed) -> dict[str, str]:
    eks = deployed.session.client("eks")
    (cluster,) = eks.list_clusters()["clusters"]
    group = eks.list_nodegroups(clusterName=cluster)["nodegroups"]
    (name,) = [
        one
        for one in group
        if eks.describe_nodegroup(clusterName=cluster, nodegroupName=one)["nodegroup"]["tags"]["Name"] == "system"
    ]
    return {kubernetes.NODE_GROUP: name, kubernetes.ZONE: "us-east-1a"}


def test_a_run_whose_pods_come_one_by_one(deployed: Deployed, create: Create, capsys: Capture) -> None:
    run = started(deployed, "one-by-one")
    create(run, pod("submitter"), ec2_labels(deployed))
    create(run, pending(on_fargate(pod("driver")), "Pod provisioning timed out"), None)
    create(run, pod("driver", "of-another-run"), None)
    deployed.kubernetes.update(
        "pods", "of-another-run", NAMESPACE, lambda one: one["metadata"]["labels"].update({emr.JOB_ID_LABEL: "x"})
    )
    status, told, err = observed(capsys, run)
    assert (status, err) == (1, "")
    assert verdicts(told) == {"submitter": "yes", "driver": "pending", "executors": "missing"}
    assert [one["pending"] for one in told["pods"]] == [None, "Unschedulable: Pod provisioning timed out"]
    assert told["cost"]["unpriced_pods"] == 1
    assert main(["observe", run, "-e", FILE]) == 1
    out = capsys.readouterr().out
    assert "why pending: driver driver-1:\n    Unschedulable: Pod provisioning timed out\n" in out
    assert out.endswith("\n2 pods: 1 as planned, 1 pending\n")
    assert "cost of these pods so far, by list prices: $" in out


def test_a_pod_that_the_quota_refuses_is_reported_by_its_job(
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
    assert (status, set(verdicts(told).values())) == (2, {"none"})
    assert (
        err == f"note: job run {run} is COMPLETED: it has no pods any more: EMR deletes those of a run that has ended\n"
    )
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


def test_a_token_is_renewed_before_it_ends(deployed: Deployed, namespace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert namespace
    pods = reader(deployed, started(deployed, "renewed-token"))
    opened: list[KubernetesApi] = []

    def open_and_count(*asked: Any) -> KubernetesApi:
        opened.append(open_kubernetes_api(*asked))
        return opened[-1]

    monkeypatch.setattr(run_pods, "open_kubernetes_api", open_and_count)
    pods.read()
    pods.read()
    assert len(opened) == 1
    monkeypatch.setattr(run_pods, "_RENEW_SECONDS", -1.0)
    assert pods.read().not_read == ()
    assert len(opened) == 2


# A bad day


Answered = Callable[[str, Callable[[str], Answer | None]], tuple[int, str, str]]


@pytest.fixture
def answered(deployed: Deployed, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> Answered:
    """Observes a run whose cluster's Kubernetes API answers so: the exit status, and what was printed."""
    (name,) = deployed.session.client("eks").list_clusters()["clusters"]
    record = state.cluster(name)
    assert record is not None

    def observe(run: str, answer: Callable[[str], Answer | None]) -> tuple[int, str, str]:
        authority = trustme.CA()
        with answering(answer, tls_of(authority)) as server:
            monkeypatch.setitem(record, "endpoint", server.url)
            data = base64.b64encode(authority.cert_pem.bytes()).decode()
            monkeypatch.setitem(record, "certificateAuthority", {"data": data})
            capsys.readouterr()
            status = main(["observe", run, "-e", FILE])
            told = capsys.readouterr()
        return status, told.out, told.err

    return observe


def listed(kind: str, *items: Any) -> Answer:
    return Answer(200, json.dumps({"kind": f"{kind}List", "apiVersion": "v1", "metadata": {}, "items": items}))


def test_pods_that_are_denied_leave_the_plan(deployed: Deployed, answered: Answered) -> None:
    run = started(deployed, "denied")
    status, out, err = answered(run, lambda asked: Answer(403 if "/pods" in asked else 404, "{}"))
    assert status == 2
    assert "its pods were not read: GET /api/v1/namespaces/spark-jobs/pods was answered 403 Forbidden\n" in err
    assert out.splitlines()[1].split()[:2] == ["pod", "count"]
    assert [line.split()[0] for line in out.splitlines()[2:-1]] == ["submitter", "driver", "executors"]
    assert out.endswith("\nthe pods were not read\n")


def test_nodes_that_are_denied_leave_what_the_pods_say(deployed: Deployed, answered: Answered) -> None:
    run = started(deployed, "no-nodes")

    def answer(asked: str) -> Answer:
        if "/pods" in asked:
            executors = (pod("executors", f"executor-{number}", node="ip-2") for number in (1, 2))
            return listed("Pod", pod("submitter"), pod("driver"), *map(on_fargate, executors))
        return Answer(403 if "/nodes/" in asked else 404, "{}")

    status, out, err = answered(run, answer)
    assert "its nodes were not read: GET /api/v1/nodes/ip-1 was answered 403 Forbidden\n" in err
    rows = [line for line in out.splitlines() if line.startswith(("submitter", "driver", "executors"))]
    assert [row.split("  ")[-1].strip() for row in rows] == ["not known", "NO", "NO"]
    assert "not as planned: driver driver-1:\n    on EC2, not Fargate" in out
    assert status == 1


def test_denied_events_are_reported(deployed: Deployed, answered: Answered) -> None:
    run = started(deployed, "no-events")
    answer = Answer(403, "{}")
    status, _, err = answered(run, lambda asked: answer if "/events" in asked else Answer(404, "{}"))
    assert (status, "its events were not read: GET" in err) == (1, True)


def test_an_odd_pod_is_reported_and_the_others_are_read(deployed: Deployed, answered: Answered) -> None:
    run = started(deployed, "odd")
    odd = {**pod("executors"), "status": {"conditions": 3}}
    pods = listed("Pod", odd, {"metadata": 3}, {**pod("executors"), "spec": 3}, pod("submitter"))
    status, out, err = answered(run, lambda asked: pods if "/pods" in asked else Answer(404, "{}"))
    assert status == 1
    told = [
        line.partition("understood: ")[2] for line in err.splitlines() if "one of its pods was not understood" in line
    ]
    assert told == ["status.conditions: must be a list", "metadata: must be a mapping", "spec: must be a mapping"]
    assert "submitter" in out


@pytest.mark.parametrize("answer", [Answer(200, "<html>"), Answer(200, "[]"), Answer(200, '{"kind": "PodList"}')])
def test_what_is_no_list_of_pods(deployed: Deployed, answered: Answered, answer: Answer) -> None:
    run = started(deployed, f"malformed-{len(answer.body)}")
    status, _, err = answered(run, lambda asked: answer if "/pods" in asked else Answer(404, "{}"))
    assert status == 2
    assert "its pods were not read: the answer to GET /api/v1/namespaces/spark-jobs/pods is not a Kubernetes" in err


def test_an_api_out_of_reach(deployed: Deployed, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    run = started(deployed, "out-of-reach")
    (name,) = deployed.session.client("eks").list_clusters()["clusters"]
    record = state.cluster(name)
    assert record is not None
    with answering(lambda _asked: None) as server:
        monkeypatch.setitem(record, "endpoint", server.url.replace("http:", "https:"))
    capsys.readouterr()
    assert main(["observe", run, "-e", FILE]) == 2
    told = capsys.readouterr()
    assert "its pods were not read: endpoint 127.0.0.1:" in told.err
    assert "executors" in told.out, "the plan is printed all the same"
