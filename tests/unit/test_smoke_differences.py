"""What of a smoke test's run is not as planned: one thing changed, and the neighbour that is as planned."""

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from emr_eks_placement.common.document_field import Field
from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.observation import Warnings, observed_pod
from emr_eks_placement.observation.containers import containers_of
from emr_eks_placement.observation.difference import Difference
from emr_eks_placement.observation.learned import learned
from emr_eks_placement.observation.logged import roles_that_log
from emr_eks_placement.observation.smoke import SmokeRun, differences
from tests.unit.observed import RUN, Data, on_fargate, pending, pod
from tests.unit.planned import CAPACITY, LABEL, manifests, planned, request
from tests.unit.problem_cases.case import limit_range, ruled

MONITORING = {"cloudWatchMonitoringConfiguration": {"logGroupName": "g", "logStreamNamePrefix": "p"}}
LOGS = (
    f"containers/{RUN}-xyz/stdout",
    f"containers/spark-{RUN}/spark-{RUN}-driver/stdout",
    f"containers/spark-{RUN}/count-0a1b-exec-1/stderr",
)
# As kubectl get nodes --show-labels prints them.
EC2 = {
    "workload": "spark",
    "eks.amazonaws.com/nodegroup": "nodes",
    "eks.amazonaws.com/capacityType": "ON_DEMAND",
    "node.kubernetes.io/instance-type": "m6i.4xlarge",
    "beta.kubernetes.io/instance-type": "m6i.4xlarge",
    "kubernetes.io/arch": "amd64",
    "beta.kubernetes.io/arch": "amd64",
    "kubernetes.io/os": "linux",
    "beta.kubernetes.io/os": "linux",
    "topology.kubernetes.io/zone": "us-east-1a",
    "failure-domain.beta.kubernetes.io/zone": "us-east-1a",
    "topology.kubernetes.io/region": "us-east-1",
    "failure-domain.beta.kubernetes.io/region": "us-east-1",
    "kubernetes.io/hostname": "ip-10-0-1-2.ec2.internal",
}
FARGATE = {key: value for key, value in EC2.items() if key.startswith(("kubernetes.io", "beta", "topology", "failure"))}
FARGATE = {**FARGATE, "eks.amazonaws.com/compute-type": "fargate"}
FARGATE.pop("beta.kubernetes.io/instance-type")


def asking(name: str, memory: str, cpu: str | None = None) -> Data:
    return {"name": name, "resources": {"requests": {"memory": memory, **({"cpu": cpu} if cpu else {})}}}


FLUENTD = asking("emr-container-fluentd", "512Mi")


def running(one: Data, *containers: Data, after: int) -> Data:
    started = {"running": {"startedAt": f"2026-01-01T10:00:{after:02}Z"}}
    one["spec"]["containers"] = list(containers)
    one["status"]["containerStatuses"] = [{"name": each["name"], "state": started} for each in containers]
    return one


def cluster() -> dict[str, Data]:
    """The pods of a run with its driver on Fargate and two executors on EC2."""
    main = asking("spark-kubernetes-executor", "1433Mi", "1")
    pods = [
        running(
            pod("submitter", node="ec2"),
            asking("job-runner", "512Mi", "800m"),
            asking("emr-container-fluentd", "200Mi", "100m"),
            after=4,
        ),
        running(
            on_fargate(pod("driver", node="fargate"), "1vCPU 3GB"),
            asking("spark-kubernetes-driver", "1433Mi", "1"),
            FLUENTD,
            after=50,
        ),
        running(pod("executors", node="ec2"), main, FLUENTD, after=58),
        running(pod("executors", "executors-2", node="ec2"), main, FLUENTD, after=59),
    ]
    return {one["metadata"]["name"]: one for one in copy.deepcopy(pods)}


def seen(pods: dict[str, Data], nodes: dict[str, dict[str, str]] | None = None, **fields: Any) -> SmokeRun:
    asked = request({f"spark.kubernetes.driver.label.{LABEL}": "fargate", "spark.executor.instances": "2"})
    asked["configurationOverrides"]["monitoringConfiguration"] = MONITORING
    known = {"ec2": EC2, "fargate": FARGATE, **(nodes or {})}
    observed = [found for one in pods.values() if (found := observed_pod(Field(one), known))]
    run = JobRun(
        id=RUN,
        virtual_cluster_id="vc",
        name="smoke",
        state="COMPLETED",
        created_at=datetime(2026, 1, 1, 10, tzinfo=UTC),
        finished_at=None,
        details="",
        failure_reason=None,
        attempts=None,
        client_token=None,
        request=asked,
    )
    return SmokeRun(
        **{
            "plan": planned(asked),
            "manifests": manifests(asked),
            "capacity": CAPACITY,
            "run": run,
            "pods": tuple(observed),
            "logs": {"CloudWatch": LOGS},
            **fields,
        }
    )


def found(one: SmokeRun) -> list[tuple[str, str | None, str]]:
    return [(each.kind, each.role, each.what) for each in differences(one)]


def test_a_run_as_planned_has_none() -> None:
    assert found(seen(cluster())) == []


def sidecar(memory: str, role: str = "driver-1") -> Callable[[dict[str, Data]], None]:
    def change(pods: dict[str, Data]) -> None:
        pods[role]["spec"]["containers"][1] = asking("emr-container-fluentd", memory)

    return change


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (sidecar("300Mi"), ("requests", "driver", "container emr-container-fluentd requests 300Mi, not 512Mi")),
        (sidecar("200Mi"), None),
        (sidecar("0.5Gi"), None),
        (
            lambda pods: pods["submitter-1"]["spec"]["containers"][0].update(asking("job-runner", "1Gi", "800m")),
            ("requests", "submitter", "container job-runner requests 800m CPU, 1024Mi, not 800m CPU, 512Mi"),
        ),
        (
            lambda pods: pods["executors-2"]["spec"]["containers"][0]["resources"].update(requests={}),
            ("requests", "executors", "container spark-kubernetes-executor requests nothing, not 1000m CPU, 1433Mi"),
        ),
        (
            lambda pods: pods["driver-1"]["spec"]["containers"].pop(),
            ("containers", "driver", "container emr-container-fluentd is planned and missing"),
        ),
        (
            lambda pods: pods["driver-1"]["spec"]["containers"].append(asking("istio-proxy", "128Mi", "0.1")),
            ("containers", "driver", "container istio-proxy, which requests 100m CPU, 128Mi, is not planned"),
        ),
        (
            lambda pods: pods["driver-1"]["spec"].update(initContainers=[asking("setup", "64Mi")]),
            None,  # it ends before the others start
        ),
        (
            lambda pods: pods["driver-1"]["spec"].update(
                initContainers=[{**asking("setup", "64Mi"), "restartPolicy": "Always"}]
            ),
            ("containers", "driver", "container setup, which requests 64Mi, is not planned"),
        ),
        (
            lambda pods: pods.update({"driver-1": pending(pods["driver-1"], "no node fits")}),
            ("pods", "driver", "it was not seen to run: Unschedulable: no node fits"),
        ),
        (lambda pods: pods.pop("driver-1"), ("not-read", "driver", "no such pod was seen while the run went on")),
        (lambda pods: pods.pop("executors-2"), ("not-read", "executors", "1 of them were seen, not 2")),
        (
            lambda pods: pods.update(
                {
                    "third": running(
                        pod("executors", "third", node="ec2"), *pods["executors-2"]["spec"]["containers"], after=9
                    )
                }
            ),
            ("pods", "executors", "there are 3 at once, not 2"),
        ),
        (
            lambda pods: pods["driver-1"]["metadata"]["annotations"].update(CapacityProvisioned="4vCPU 8GB"),
            ("pods", "driver", "granted 4vCPU 8GB, not 1vCPU 3GB"),
        ),
        (
            lambda pods: pods["driver-1"]["metadata"]["annotations"].update(CapacityProvisioned="1vCPU 2GB"),
            None,  # what a sidecar of 200Mi gives
        ),
    ],
)
def test_one_thing_of_the_pods(
    change: Callable[[dict[str, Data]], object], expected: tuple[str, str, str] | None
) -> None:
    pods = cluster()
    change(pods)
    assert found(seen(pods)) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("node", "labels", "expected"),
    [
        ("ec2", {"node.kubernetes.io/instance-type": "m5.large"}, "its node is m5.large, not m6i.4xlarge"),
        ("ec2", {"workload": "other"}, "its node lacks the labels workload=spark"),
        ("ec2", {"team": "a", "kubernetes.io/hostname": "other"}, None),
        ("fargate", {"kubernetes.io/arch": "arm64"}, "its node lacks the labels kubernetes.io/arch=amd64"),
        ("fargate", {"eks.amazonaws.com/sourced": "x"}, None),
    ],
)
def test_one_thing_of_a_node(node: str, labels: dict[str, str], expected: str | None) -> None:
    here = {"ec2": EC2, "fargate": FARGATE}[node]
    kinds = {(kind, what) for kind, _role, what in found(seen(cluster(), {node: {**here, **labels}}))}
    assert kinds == ({("nodes", expected)} if expected else set())


def test_a_pod_elsewhere_is_reported_once() -> None:
    """By its node group, not by the labels of its nodes too."""
    nodes = {"ec2": {**EC2, "eks.amazonaws.com/nodegroup": "others", "workload": "x"}}
    assert found(seen(cluster(), nodes)) == [
        ("pods", "submitter", "on others, not nodes"),
        ("pods", "executors", "on others, not nodes"),
    ]


@pytest.mark.parametrize(
    ("logs", "expected"),
    [
        (LOGS[:2], [("logs", "executors", "CloudWatch has no log of it")]),
        ((*LOGS, "other/x"), [("logs", None, "CloudWatch has other/x, an unknown name")]),
        (None, []),
    ],
)
def test_one_thing_of_the_logs(logs: tuple[str, ...] | None, expected: list[Any]) -> None:
    assert found(seen(cluster(), logs=None if logs is None else {"CloudWatch": logs})) == expected


def test_a_failed_run_has_its_reason_and_nothing_about_missing_logs() -> None:
    good = seen(cluster(), logs={"CloudWatch": ()})
    assert good.run is not None
    failed = replace(good.run, state="FAILED", failure_reason="USER_ERROR", details="exit code 1")
    assert found(replace(good, run=failed)) == [("run", None, "it is FAILED (USER_ERROR): exit code 1")]
    warned = (Warnings(f"Job {RUN}", ("FailedCreate: exceeded quota", "older")),)
    assert found(replace(good, run=failed, warnings=warned))[1:] == [
        ("run", None, f"Kubernetes warns: Job {RUN}: FailedCreate: exceeded quota")
    ]


def test_a_run_that_was_not_started_has_the_problems_of_the_plan() -> None:
    asked = request({"spark.driver.memory": "500g"})
    not_started = SmokeRun(plan=planned(asked), manifests=manifests(asked), capacity=CAPACITY)
    (one,) = differences(not_started)
    assert (one.kind, one.severity, one.role) == ("plan", "error", "driver")
    assert one.what.startswith("EC2_NO_NODE_GROUP: ")
    assert differences(replace(not_started, failed="denied"))[0] == Difference("run", "error", "denied")


def test_what_was_not_read_is_no_agreement() -> None:
    assert found(seen(cluster(), not_read=("its nodes were not read: denied",))) == [
        ("not-read", None, "its nodes were not read: denied")
    ]


def test_what_is_learned_is_named_by_placement() -> None:
    changed = cluster()
    sidecar("200Mi")(changed)
    changed["driver-1"]["spec"]["containers"][1]["resources"]["limits"] = {"memory": "512Mi"}
    facts = {one.name: one for one in learned({"a": seen(cluster()), "b": seen(changed)}, "access entry: yes")}
    assert facts["logging sidecar's memory"].seen == {
        "driver: 512Mi": ("a",),
        "executors: 512Mi": ("a", "b"),
        "driver: 200Mi (limits 512Mi)": ("b",),
    }
    assert list(facts["time to run"].seen) == [f"{name}: submitter 4 s, driver 50 s, executors 58 s" for name in "ab"]
    assert facts["names of logs"].seen == {
        "CloudWatch, submitter: containers/POD/stdout": ("a", "b"),
        "CloudWatch, driver: containers/APPLICATION/POD/stdout": ("a", "b"),
        "CloudWatch, executors: containers/APPLICATION/POD/stderr": ("a", "b"),
    }
    assert facts["EMR's access"].seen == {"access entry: yes": ()}


def test_containers_are_compared_with_what_the_namespace_makes_of_them() -> None:
    where = ruled(limit_range({"default": {"cpu": "1", "memory": "1Gi"}, "defaultRequest": {"cpu": "100m"}}))
    for capacity, cpu in ((where, 100), (CAPACITY, None)):
        _, sidecar = containers_of(Field(manifests(request(), capacity)["driver"])["spec"])
        assert (sidecar.name, sidecar.cpu_millis) == ("emr-container-fluentd", cpu)


def test_logs_are_expected_of_pods_with_a_logging_sidecar_alone() -> None:
    """Executors have one where their logs are kept."""
    asked = request()
    assert roles_that_log(manifests(asked)) == ["submitter", "driver"]
    asked["configurationOverrides"]["monitoringConfiguration"] = MONITORING
    assert roles_that_log(manifests(asked)) == ["submitter", "driver", "executors"]
