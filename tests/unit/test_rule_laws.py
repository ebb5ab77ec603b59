"""Plans of pods that must run near or apart, against placing them one by one by the scheduler's filters."""

import re
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from emr_eks_placement.facts import kubernetes
from emr_eks_placement.facts.instance_types import instance_type
from emr_eks_placement.job.placement import ROLES, Role, Taint
from emr_eks_placement.planning import Count, Problem
from emr_eks_placement.planning.beside import roles_apart
from emr_eks_placement.planning.landing import land
from emr_eks_placement.planning.nodes_needed import NodeCounts
from emr_eks_placement.planning.planned_pod import Admitted, PodOfRun
from emr_eks_placement.planning.together import put_together
from emr_eks_placement.scheduling.capacity import Capacity, NodeGroupCapacity
from emr_eks_placement.scheduling.pod import Pod, pod_of_manifest
from tests.unit.kube_rules import REQUIRED, Host, allowed
from tests.unit.kube_scheduler import CHOICES, Machine, place
from tests.unit.laws import LAW

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
KEYS = (kubernetes.HOSTNAME, kubernetes.ZONE, "rack", kubernetes.INSTANCE_TYPE)
WAITING = {
    "EC2_TOO_FEW_NODES", "EC2_MAY_NOT_HOLD", "EC2_POD_AFFINITY", "EC2_SPREAD", "EC2_OTHER_PODS", "EC2_RULE_NOT_COUNTED"
}  # fmt: skip
SEEDS = st.integers(0, 2**48)


@dataclass(frozen=True)
class World:
    manifests: dict[Role, dict[str, Any]]
    counts: dict[Role, int]
    capacity: Capacity
    problems: list[Problem]
    pods: dict[Role, PodOfRun]
    random: Random


def draw_group(random: Random) -> NodeGroupCapacity:
    initial = random.choice([0, 1, 2, 3])
    types = random.sample(["m6i.large", "m6i.xlarge", "m6i.2xlarge"], random.choice([1, 1, 2]))
    return NodeGroupCapacity(
        machines=tuple(instance_type(name) for name in types),
        labels=random.choice([{}, {"rack": "1"}, {"rack": "2"}, {"workload": "spark"}]),
        taints=(Taint(key="a", value="b", effect="NoSchedule"),) if random.random() < 0.15 else (),
        zones=ZONES[: random.choice([1, 1, 2, 3])],
        initial_size=initial,
        max_size=max(1, initial) + random.choice([0, 1, 4]),
    )


def draw_rule(random: Random) -> dict[str, Any]:
    """A field of a pod's spec with one rule."""
    key = random.choice(KEYS)
    selector = {"matchLabels": {"role": random.choice([*ROLES, "executors", "executors", "other"])}}
    kind = random.choice(["podAffinity", "podAntiAffinity", "spread"])
    if kind != "spread":
        return {"affinity": {kind: {REQUIRED: [{"topologyKey": key, "labelSelector": selector}]}}}
    constraint = {
        "topologyKey": key,
        "labelSelector": selector,
        "maxSkew": random.choice([1, 1, 2]),
        "whenUnsatisfiable": "DoNotSchedule",
        "minDomains": random.choice([1, 1, 2, 4]),
        "nodeTaintsPolicy": random.choice(["Honor", "Ignore"]),
        "nodeAffinityPolicy": random.choice(["Honor", "Honor", "Ignore"]),
    }
    return {"topologySpreadConstraints": [constraint]}


def draw_manifest(random: Random, role: Role, rules: int) -> dict[str, Any]:
    requests = {"cpu": random.choice(["500m", "1", "1700m", "3"]), "memory": random.choice(["1Gi", "4Gi", "10Gi"])}
    spec: dict[str, Any] = {"containers": [{"name": "main", "resources": {"requests": requests}}]}
    spec["nodeSelector"] = random.choice([{}, {}, {}, {kubernetes.ZONE: ZONES[0]}, {"rack": "1"}])
    for _ in range(rules):
        spec |= draw_rule(random)
    return {"metadata": {"namespace": "jobs", "labels": {"role": role}}, "spec": spec}


def draw_world(seed: int, rules: int) -> World | None:
    """So many rules, of pods of any role; None where a pod lands nowhere."""
    random = Random(seed)  # noqa: S311 cases, not secrets
    groups = {name: draw_group(random) for name in ("one", "two", "three")[: random.choice([1, 2, 3])]}
    capacity = Capacity(region="us-east-1", zones=ZONES, kubernetes_version="1.34", node_groups=groups)
    having = [random.choice(["driver", "executors", "executors"]) for _ in range(rules)]
    manifests = {role: draw_manifest(random, role, having.count(role)) for role in ROLES}
    counts: dict[Role, int] = {"submitter": 1, "driver": 1, "executors": random.randint(1, 8)}
    pods: dict[Role, PodOfRun] = {}
    for role, manifest in manifests.items():
        pod = Pod(role, manifest, pod_of_manifest(manifest))
        count = Count(counts[role], counts[role])
        pods[role] = PodOfRun(role, count, pod.shape, land(pod, capacity), manifest, Admitted(manifest))
    if not all(pod.landing.nodes for pod in pods.values()):
        return None
    apart = roles_apart(pods)
    pods, waiting = put_together(pods, capacity, apart)
    problems = [one for pod in pods.values() for one in pod.landing.problems] + waiting
    of_nodes = NodeCounts(pods, capacity, apart)
    problems += of_nodes.problems(of_nodes.needed())
    return World(manifests, counts, capacity, problems, pods, random)


def placed(world: World, choice: int, *, largest: bool) -> dict[Role, int]:
    """How many pods of each role run, on groups at their largest or anywhere between now and then.

    At their largest they are even over zones and of the instance types that come first, as what fits assumes; otherwise in
    as many zones, and of whatever types, as happen to have capacity.
    """
    machines: list[Machine] = []
    hosts: list[Host] = []
    for name, group in world.capacity.node_groups.items():
        zones = list(group.zones)
        world.random.shuffle(zones)
        if not largest:
            zones = zones[: world.random.randint(1, len(zones))]
        number = group.max_size if largest else world.random.randint(group.initial_size, group.max_size)
        for position in range(number):
            there = [one for one in group.nodes if one.zone == zones[position % len(zones)]]
            if largest:
                there = [one for one in there if one.machine in group.first_machines]
            node = world.random.choice(there)
            machines.append(Machine(name, node, node.room))
            hosts.append(Host({**node.labels, kubernetes.HOSTNAME: f"{name}-{position}"}, group.taints))
    running: dict[Role, int] = dict.fromkeys(ROLES, 0)
    for role in ROLES:
        manifest, nodes = world.manifests[role], world.pods[role].landing.nodes
        for _ in range(world.counts[role]):

            def able(machine: Machine, manifest: Any = manifest, nodes: Any = nodes) -> bool:
                host = next(one for one, other in zip(hosts, machines, strict=True) if other is machine)
                takes = any(node is machine.node for node in nodes.get(machine.group, ()))
                return takes and allowed(hosts, host, manifest)

            before = [len(machine.pods) for machine in machines]
            if not place(machines, world.pods[role].shape, able, CHOICES[choice], world.random):
                break
            grown = next(i for i, machine in enumerate(machines) if len(machine.pods) > before[i])
            hosts[grown].pods.append(manifest)
            running[role] += 1
        if not running[role]:
            break
    return running


def surely_waiting(problem: Problem) -> int:
    """How many pods wait at least, by an error."""
    some = re.search(r"at least (\d+) of \d+", problem.what)
    return int(some[1]) if some else 1


@LAW
@given(SEEDS, st.integers(0, len(CHOICES) - 1), st.integers(1, 2))
def test_what_a_rule_surely_keeps_waiting_no_scheduler_places(seed: int, choice: int, rules: int) -> None:
    world = draw_world(seed, rules)
    if world is None:
        return
    running = placed(world, choice, largest=False)
    for problem in world.problems:
        if problem.code in ("EC2_POD_AFFINITY", "EC2_SPREAD"):
            assert running[problem.role] <= world.counts[problem.role] - surely_waiting(problem), problem.what


@LAW
@given(SEEDS, st.integers(0, len(CHOICES) - 1))
def test_a_rule_that_no_problem_is_said_of_keeps_none_waiting(seed: int, choice: int) -> None:
    world = draw_world(seed, 1)
    if world is not None and not any(problem.code in WAITING for problem in world.problems):
        told = [
            role
            for role in ROLES
            if any(one.code == "EC2_INSTANCE_TYPES" and one.role == role for one in world.problems)
        ]
        if not told:
            assert placed(world, choice, largest=True) == world.counts
