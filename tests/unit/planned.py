"""A small cluster and a request that is planned on it without a problem, for tests that change one thing of them."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emr_eks_placement.facts.instance_types import instance_type
from emr_eks_placement.job.placement import Role, Taint
from emr_eks_placement.planning import Plan, manifests_of, plan
from emr_eks_placement.scheduling.capacity import Capacity, FargateProfileCapacity, NodeGroupCapacity, PodSelector

ZONE_A, ZONE_B = "us-east-1a", "us-east-1b"
NAMESPACE = "spark-jobs"
LABEL = "spark-node-placement"
DRIVER_TEMPLATE, EXECUTOR_TEMPLATE = "s3://t/driver.yaml", "s3://t/executor.yaml"


def node_group(*instance_types: str, **fields: Any) -> NodeGroupCapacity:
    taints = tuple(Taint(**taint) for taint in fields.pop("taints", []))
    machines = tuple(instance_type(name) for name in instance_types)
    return NodeGroupCapacity(**{"machines": machines, "zones": (ZONE_A,), "taints": taints, **fields})


def profile(
    labels: dict[str, str] | None = None, zones: tuple[str, ...] = (ZONE_A,), name: str | None = None
) -> FargateProfileCapacity:
    return FargateProfileCapacity(selectors=(PodSelector(NAMESPACE, labels or {}),), zones=zones, deployed_name=name)


CAPACITY = Capacity(
    region="us-east-1",
    zones=(ZONE_A, ZONE_B),
    kubernetes_version="1.35",
    node_groups={"nodes": node_group("m6i.4xlarge", labels={"workload": "spark"}, initial_size=2, max_size=4)},
    fargate_profiles={"spark": profile({LABEL: "fargate"})},
    namespaces={"spark": NAMESPACE},
    fargate_vcpus=100,
)


def capacity(**fields: Any) -> Capacity:
    return replace(CAPACITY, **fields)


def request(
    spark: dict[str, str] | None = None, *, release: str = "emr-7.12.0-latest", parameters: str = "", **more: Any
) -> dict[str, Any]:
    """On EC2 unless the properties say otherwise; more: classification (underscores for hyphens) -> properties."""
    classifications = {"spark-defaults": spark or {}, **{name.replace("_", "-"): value for name, value in more.items()}}
    driver = {"entryPoint": "s3://jobs/count.py"}
    return {
        "releaseLabel": release,
        "jobDriver": {"sparkSubmitJobDriver": driver | ({"sparkSubmitParameters": parameters} if parameters else {})},
        "configurationOverrides": {
            "applicationConfiguration": [
                {"classification": name, "properties": properties}
                for name, properties in classifications.items()
                if properties
            ]
        },
    }


ON_FARGATE = {f"spark.kubernetes.{role}.label.{LABEL}": "fargate" for role in ("driver", "executor")}
SIDECAR_MEMORY = {"logging.request.memory": "512Mi"}  # for which the size of a pod on Fargate is certain
SUBMITTER_ON_FARGATE = {f"jobsubmitter.label.{LABEL}": "fargate"}


def template(role: str = "driver", metadata: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    """A pod template that is right but for `spec`; more containers go to `sidecars`."""
    main = {"name": f"spark-kubernetes-{role}", **spec.pop("main", {})}
    containers = [main, *spec.pop("sidecars", [])]
    pod = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": containers, **spec}}
    return pod | ({"metadata": metadata} if metadata else {})


def planned(asked: dict[str, Any], where: Capacity = CAPACITY, **templates: dict[str, Any]) -> Plan:
    """templates: of the driver and the executor, put under their URIs and into the request."""
    asked = copy.deepcopy(asked)
    uris = {}
    for role, content in templates.items():
        uris[f"s3://t/{role}.yaml"] = content
        application = asked["configurationOverrides"]["applicationConfiguration"]
        named = {f"spark.kubernetes.{role}.podTemplateFile": f"s3://t/{role}.yaml"}
        application.insert(0, {"classification": "spark-defaults", "properties": named})
    return plan(asked, uris, where, namespace=NAMESPACE)


def manifests(asked: dict[str, Any], where: Capacity = CAPACITY) -> dict[Role, Mapping[str, Any]]:
    return manifests_of(asked, {}, where, namespace=NAMESPACE)
