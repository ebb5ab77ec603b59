"""plan: the inverse of define."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emr_eks_placement.emr.pods import pods_of_request
from emr_eks_placement.placement import Role
from emr_eks_placement.planning.landing import Landing, land
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.scheduling.pod import PodShape, pod_of_manifest
from emr_eks_placement.spark.configuration import SparkConfiguration, spark_configuration

_DEFAULT_EXECUTORS = 2  # spark.executor.instances on Kubernetes


@dataclass(frozen=True)
class PlannedPod:
    """A kind of pod, how many there are of it (the most, with dynamic allocation; None: no bound), and where they land."""

    role: Role
    count: int | None
    shape: PodShape
    landing: Landing


@dataclass(frozen=True)
class Plan:
    """What will happen to a request: its three kinds of pod and every problem, errors first."""

    pods: tuple[PlannedPod, ...]
    problems: tuple[Problem, ...]

    def of(self, role: Role) -> PlannedPod:
        """The pod of a role."""
        return next(pod for pod in self.pods if pod.role == role)


def plan(
    request: Mapping[str, Any], templates: Mapping[str, Mapping[str, Any]], capacity: Capacity, *, namespace: str
) -> Plan:
    """Where each pod of a StartJobRun request lands; its work grows with node groups and profiles, not with executors.

    templates: the pod templates that the request names, by URI; capacity: the Environment, or a cluster as
    `read_cluster` finds it; namespace: of the request's virtual cluster. Raises
    RuleError, with the path in the request, for what spark-submit refuses.
    """
    executors = executor_count(spark_configuration(request))
    counts: Mapping[Role, int | None] = {"submitter": 1, "driver": 1, "executors": executors}
    pods = tuple(
        PlannedPod(role, counts[role], pod_of_manifest(manifest), land(role, manifest, capacity))
        for role, manifest in pods_of_request(request, templates, namespace=namespace).items()
    )
    problems = [problem for pod in pods for problem in pod.landing.problems]
    problems += _problems_of_the_whole({pod.role: pod for pod in pods}, capacity)
    return Plan(pods, tuple(sorted(problems, key=lambda problem: problem.severity)))


def executor_count(spark: SparkConfiguration) -> int | None:
    """The most executors the run has: spark.executor.instances, or dynamic allocation's bound, None without one."""
    properties = spark.properties
    if properties.get("spark.dynamicAllocation.enabled", "false").lower() == "true":
        most = properties.get("spark.dynamicAllocation.maxExecutors", "")
        return int(most) if most.isdigit() else None
    return int(properties.get("spark.executor.instances", _DEFAULT_EXECUTORS))


def _problems_of_the_whole(pods: Mapping[Role, PlannedPod], capacity: Capacity) -> Iterator[Problem]:
    submitter, driver, executors = (pods[role].landing for role in ("submitter", "driver", "executors"))
    if submitter.compute == "ec2" and driver.compute == executors.compute == "fargate":
        yield Problem("SUBMITTER_ON_EC2", "submitter", "no Fargate profile selects the submitter")
    if len(executors.zones) > 1 and not executors.pending:
        yield Problem("EXECUTORS_ACROSS_ZONES", "executors", f"they can run in {', '.join(executors.zones)}")
    for pod in pods.values():
        room = _most_pods(pod, capacity)
        if room is not None and pod.count is not None and pod.count > room:
            what = f"{pod.count} pods; {', '.join(pod.landing.on)} hold at most {room} of them and nothing else"
            yield Problem("EC2_TOO_FEW_NODES", pod.role, what)


def _most_pods(pod: PlannedPod, capacity: Capacity) -> int | None:
    """How many such pods the candidate node groups hold at max_size, on their largest nodes; None off EC2."""
    if pod.landing.compute != "ec2" or pod.landing.pending:
        return None
    most = 0
    for name in pod.landing.on:
        group = capacity.node_groups[name]
        fitting = (
            min(
                machine.allocatable_cpu_millis // max(pod.shape.cpu_millis, 1),
                machine.allocatable_memory_mib // max(pod.shape.memory_mib, 1),
                machine.max_pods,
            )
            for machine in group.machines
        )
        most += max(fitting) * group.max_size
    return most
