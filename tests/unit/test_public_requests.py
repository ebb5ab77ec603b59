"""Requests as AWS's documentation, blogs and samples have them, in other words: what becomes of each in environments/dev.

What is expected follows from the rules and the environment, not from plan: m6i.large has 1.78 vCPU and 7.3 GiB
for pods, r6i.2xlarge 7.76 and 63, the tainted Spot nodes 7.76 and 31; a node group has one node for sure in two zones.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.emr.request_check import check_request
from emr_eks_placement.environment import capacity_of
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.job.placement import ROLES, Role
from emr_eks_placement.planning import CODES, plan
from emr_eks_placement.scheduling.capacity import Capacity
from tests.unit.environments import REPOSITORY
from tests.unit.test_request_model import START, violations

FOLDER = Path(__file__).parent / "requests"
NAMESPACE = "spark-jobs"
TOLERATION = {"key": "workload", "operator": "Equal", "value": "spark-executor", "effect": "NoSchedule"}
GPU_TOLERATION = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}


def template(container: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "spec": {**spec, "containers": [{"name": container}]}}


DRIVER, EXECUTOR = "spark-kubernetes-driver", "spark-kubernetes-executor"
TEMPLATES = {
    f"s3://example-team-jobs/templates/{name}.yaml": content
    for name, content in {
        "driver-nodes": template(DRIVER, nodeSelector={"workload": "spark-driver"}),
        "executor-nodes": template(EXECUTOR, nodeSelector={"workload": "spark-executor"}, tolerations=[TOLERATION]),
        "gpu-nodes": template(EXECUTOR, nodeSelector={"workload": "gpu"}, tolerations=[GPU_TOLERATION]),
        "arm-driver": template(DRIVER, nodeSelector={"kubernetes.io/arch": "arm64"}),
        "arm-executor": template(EXECUTOR, nodeSelector={"kubernetes.io/arch": "arm64"}),
        "fargate-capacity": template(EXECUTOR, nodeSelector={"eks.amazonaws.com/capacityType": "FARGATE"}),
    }.items()
}

ACROSS_ZONES = "EXECUTORS_ACROSS_ZONES"


@dataclass(frozen=True)
class Expected:
    """Where driver and executors land, and the codes of the problems of each kind of pod."""

    driver: str
    executors: str
    problems: dict[Role, set[str]] = field(default_factory=dict)


def on_ec2(problems: dict[Role, set[str]]) -> Expected:
    return Expected("ec2", "ec2", problems)


EXPECTED: dict[str, Expected] = {
    # Two cores do not fit beside the system pods of an m6i.large; three executors fit on the r6i.2xlarge that is there.
    "pi-jar": on_ec2({"executors": {ACROSS_ZONES}}),
    # 4 cores: one executor a node, so four nodes, of which one is there.
    "templates-of-both": on_ec2({"executors": {ACROSS_ZONES, "EC2_SCALE_UP", "EXECUTORS_LEAVE_ROOM"}}),
    "submitter-on-spot": on_ec2({"submitter": {"EC2_SPOT"}, "executors": {ACROSS_ZONES}}),
    "custom-image": on_ec2({"executors": {ACROSS_ZONES}}),
    "sql-on-glue": on_ec2({"executors": {ACROSS_ZONES}}),
    # spark-sql takes options of its own, and hands on what spark-submit does not know.
    "sql-with-variables": on_ec2({"executors": {ACROSS_ZONES}}),
    # Ten executors of 2 cores: three a node, so four nodes of at most two.
    "dynamic-bounded": on_ec2({"executors": {ACROSS_ZONES, "EC2_TOO_FEW_NODES", "EC2_SCALE_UP"}}),
    "dynamic-unbounded": on_ec2({"executors": {ACROSS_ZONES, "EXECUTORS_UNBOUNDED"}}),
    "watched-stream": on_ec2({"driver": {"EMR_RETRIES"}, "executors": {ACROSS_ZONES}}),
    # 4 cores twice, with the driver beside one of them: two nodes.
    "delta-with-environment": on_ec2({"executors": {ACROSS_ZONES, "EC2_SCALE_UP"}}),
    # The sidecar's memory decides between two sizes of both.
    "whole-job-on-fargate": Expected(
        "fargate",
        "fargate",
        {"driver": {"FARGATE_SIDECAR_MEMORY"}, "executors": {ACROSS_ZONES, "FARGATE_SIDECAR_MEMORY"}},
    ),
    # The selector of the zone is the driver's too, on EC2; four executors of 2 vCPU exceed the quota of 6.
    "fargate-executors-in-a-zone": Expected(
        "ec2",
        "fargate",
        {"driver": {"EC2_ZONE_OF_GROUP", "EC2_SCALE_UP"}, "executors": {"FARGATE_VCPU_QUOTA"}},
    ),
    # 2.1 vCPU are granted 4; executors have no sidecar.
    "fargate-sidecar-with-cpu": Expected(
        "fargate",
        "fargate",
        {"submitter": {"SUBMITTER_ON_EC2"}, "driver": {"FARGATE_SIDECAR_CPU"}, "executors": {ACROSS_ZONES}},
    ),
    # A native sidecar is an init container that keeps running: its CPU counts all the same.
    "fargate-native-sidecar": Expected(
        "fargate",
        "fargate",
        {
            "submitter": {"SUBMITTER_ON_EC2"},
            "driver": {"FARGATE_SIDECAR_CPU", "FARGATE_NATIVE_SIDECAR"},
            "executors": {ACROSS_ZONES, "FARGATE_SIDECAR_CPU", "FARGATE_NATIVE_SIDECAR"},
        },
    ),
    # spark-submit reads the quotes as a shell does.
    "zone-of-nodes": on_ec2(
        {"driver": {"EC2_ZONE_OF_GROUP", "EC2_SCALE_UP"}, "executors": {"EC2_ZONE_OF_GROUP"}},
    ),
    "zone-by-a-wrong-key": Expected("pending", "pending", {"driver": {"ZONE_KEY"}, "executors": {"ZONE_KEY"}}),
    "zone-in-quotes": Expected("pending", "pending", {"driver": {"ZONE_QUOTED"}, "executors": {"ZONE_QUOTED"}}),
    # 16.8 GiB: one executor a node.
    # The Pod Security level of its namespace, baseline, takes no hostPath.
    "shuffle-on-nvme": Expected("ec2", "pending", {"executors": {ACROSS_ZONES, "EC2_SCALE_UP", "POD_SECURITY"}}),
    "claims-on-demand": Expected(
        "fargate",
        "pending",
        {"submitter": {"SUBMITTER_ON_EC2"}, "driver": {"FARGATE_SIDECAR_MEMORY"}, "executors": {"FARGATE_VOLUME"}},
    ),
    "rapids": Expected("ec2", "pending", {"executors": {"EC2_NO_NODE_GROUP", "EC2_DEVICE"}}),
    "graviton": Expected("pending", "pending", {"driver": {"EC2_NO_NODE_GROUP"}, "executors": {"EC2_NO_NODE_GROUP"}}),
    # Nodes of Fargate have no such label, and a node selector moves no pod there.
    "fargate-by-capacity-type": Expected("ec2", "pending", {"executors": {"EC2_NO_NODE_GROUP"}}),
    # The executors' nodes are tainted, and nothing tolerates it.
    "iceberg": Expected("ec2", "pending", {"executors": {"EC2_NO_NODE_GROUP"}}),
    "hudi": on_ec2({"executors": {ACROSS_ZONES, "NODE_SELECTOR_IGNORED"}}),
    "yunikorn": on_ec2(
        {"submitter": {"EC2_SCHEDULER"}, "driver": {"EC2_SCHEDULER"}, "executors": {"EC2_SCHEDULER", ACROSS_ZONES}}
    ),
    "volcano-on-fargate": Expected(
        "ec2",
        "pending",
        {"driver": {"EC2_SCHEDULER", "SPARK_NOT_MODELLED"}, "executors": {"FARGATE_SCHEDULER", "SPARK_NOT_MODELLED"}},
    ),
    "spark-4": Expected("fargate", "ec2", {"executors": {ACROSS_ZONES}}),
    # It sets the image pull policy too, which EMR takes.
    "own-service-account": on_ec2({"driver": {"SPARK_CONF_REFUSED", "EMR_SPARK_CONF"}, "executors": {ACROSS_ZONES}}),
}


@pytest.fixture(scope="module")
def dev() -> Capacity:
    return capacity_of(load_environment(REPOSITORY / "environments/dev.yaml"))


def read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def test_every_request_is_expected_something_of() -> None:
    assert sorted(file.stem for file in FOLDER.iterdir()) == sorted(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_service_takes_the_request(name: str) -> None:
    request = read(name)
    assert not violations(START, request)
    assert request["name"] == name
    assert check_request(request) == request


@pytest.mark.parametrize("name", EXPECTED)
def test_what_becomes_of_the_request(name: str, dev: Capacity) -> None:
    expected = EXPECTED[name]
    found = plan(check_request(read(name)), TEMPLATES, dev, namespace=NAMESPACE)
    problems = {role: {one.code for one in found.problems if one.role == role} for role in ROLES}
    assert {role: codes for role, codes in problems.items() if codes} == expected.problems
    landings = {role: found.of(role).landing for role in ROLES}
    where = {role: "pending" if landing.pending else landing.compute for role, landing in landings.items()}
    assert (where["driver"], where["executors"]) == (expected.driver, expected.executors)


def test_the_requests_show_a_fair_part_of_the_codes() -> None:
    seen = {code for expected in EXPECTED.values() for codes in expected.problems.values() for code in codes}
    assert seen <= CODES.keys()
    assert len(seen) >= 15, seen
