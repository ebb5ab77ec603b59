"""Bounds on what nodes hold, against placing pods one by one on every kind of cluster: by kube-scheduler's scores, and worse.

Best placements are found by trying them all. Nodes, pods and their sizes are drawn small, so that what does not add up
matters; each node really has something between the room that it has for sure and the most it can have.
"""

from dataclasses import dataclass, replace
from itertools import product
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from emr_eks_placement.facts.instance_types import instance_type
from emr_eks_placement.scheduling.capacity import Node, NodeGroupCapacity, NodePoolCapacity, Room
from emr_eks_placement.scheduling.counting import Counting, Run, Wanted
from emr_eks_placement.scheduling.holding import all_fit_for_sure, most_that_fit, sure_to_fit
from emr_eks_placement.scheduling.node_numbers import enough_nodes, fewest_nodes
from emr_eks_placement.scheduling.pod import PodShape
from emr_eks_placement.scheduling.supply import GroupNodes, PoolNodes, Supply
from tests.unit.kube_scheduler import CHOICES, Machine, place
from tests.unit.laws import LAW

MACHINES = tuple(instance_type(name) for name in ("m6i.large", "m6i.xlarge", "m6i.2xlarge"))
ZONES = (("a",), ("a", "b"), ("a", "b", "c"))


@dataclass(frozen=True)
class World:
    """A run, the nodes that it may find, and what decides what is not known beforehand."""

    run: Run
    supply: Supply
    random: Random

    @property
    def kinds(self) -> tuple[Wanted, ...]:
        return (*self.run.single, self.run.wanted)


def draw_node(random: Random, zone: str, *, alike: bool) -> Node:
    memory = random.choice([2, 3, 4, 6, 9])
    room = Room(random.choice([2, 3, 4, 7, 9]), memory, None, random.choice([2, 5, 5]))
    sure = room if alike else replace(room, memory_bytes=memory - random.choice([0, 0, 0, 1]))
    return Node(random.choice(MACHINES), room, sure, zone, "on-demand", {})


def draw_nodes(random: Random, *, alike: bool) -> GroupNodes | PoolNodes:
    """Of a group, or now and then of a pool; alike: of a group in one zone with nodes of one kind."""
    zones = ("a",) if alike else random.choice(ZONES)
    kinds = [draw_node(random, zones[0], alike=alike) for _ in range(1 if alike else random.choice([1, 2, 3]))]
    nodes = tuple(replace(kind, zone=zone) for kind in kinds for zone in zones)
    group: NodeGroupCapacity | NodePoolCapacity
    if not alike and random.random() < 0.3:
        group = NodePoolCapacity(name="pool", machines=MACHINES, zones=zones)
        group.__dict__["nodes"] = nodes
        return PoolNodes(group, random.choice([2, 5, 8, 12, 16]))
    group = NodeGroupCapacity(machines=MACHINES, zones=zones)
    group.__dict__["nodes"] = nodes
    return GroupNodes(group, random.choice([1, 2, 3, 5] if alike else [0, 1, 1, 2, 3, 5]))


def nodes_of(nodes: GroupNodes | PoolNodes) -> tuple[Node, ...]:
    return (nodes.group if isinstance(nodes, GroupNodes) else nodes.pool).nodes


def draw_wanted(random: Random, supply: Supply, name: str, count: int, *, alike: bool) -> Wanted | None:
    """Nodes whose room it fits, but for those that a node selector now and then refuses: a type or a zone."""
    memory = random.choice([1, 1, 2, 3])
    slack = 0 if alike or memory == 1 else random.choice([0, 0, 1])
    pod = PodShape(
        namespace="jobs",
        labels={"kind": name},
        cpu_millis=random.choice([1, 1, 2, 3]),
        memory_bytes=memory,
        memory_slack_bytes=slack,
    )
    refused = None if alike else random.choice([None, None, None, *MACHINES, "a", "b"])
    found = {}
    for group, nodes in supply.items():
        taking = tuple(
            node
            for node in nodes_of(nodes)
            if refused not in (node.machine, node.zone)
            and pod.cpu_millis <= node.room.cpu_millis
            and memory - slack <= node.room.memory_bytes
        )
        if taking:
            found[group] = taking
    return Wanted(pod, count, found) if found else None


def draw_world(seed: int, *, alike: bool = False) -> World | None:
    random = Random(seed)  # noqa: S311 cases, not secrets
    supply = {name: draw_nodes(random, alike=alike) for name in ("one", "two")[: 1 if alike else random.choice([1, 2])]}
    singles = random.choice([0, 1, 2, 2])
    kinds = [draw_wanted(random, supply, f"{one}", 1, alike=alike) for one in range(singles)]
    kinds.append(draw_wanted(random, supply, f"{singles}", random.randint(1, 9), alike=alike))
    pairs = [frozenset((one, other)) for one in range(singles + 1) for other in range(one, singles + 1)]
    apart = frozenset(pair for pair in pairs if random.random() < 0.1 and (len(pair) > 1 or singles in pair))
    known = [one for one in kinds if one is not None]
    return World(Run(tuple(known[:-1]), known[-1], apart), supply, random) if len(known) == len(kinds) else None


def start(world: World, group: str, node: Node, *, best: bool) -> Machine:
    """A node with something between what it has for sure and the most it can have."""
    memory = world.random.randint(node.sure_room.memory_bytes, node.room.memory_bytes)
    return Machine(group, node, node.room if best else replace(node.room, memory_bytes=memory))


def running(world: World, *, best: bool) -> list[Machine]:
    """One of the ways in which the groups have their nodes: of any of their types, zones as even as can be."""
    machines = []
    for name, nodes in world.supply.items():
        if isinstance(nodes, PoolNodes):
            continue
        zones = list(nodes.group.zones)
        world.random.shuffle(zones)
        for position in range(nodes.number):
            zone = zones[position % len(zones)]
            node = world.random.choice([one for one in nodes.group.nodes if one.zone == zone])
            machines.append(start(world, name, node, best=best))
    return machines


def grow(world: World, machines: list[Machine], position: int, *, best: bool = False) -> Machine | None:
    """A node that a pool makes for a pod, of any kind that takes it and is within the pool's limit."""
    wanted = world.kinds[position]
    for name, nodes in world.supply.items():
        if isinstance(nodes, PoolNodes) and nodes.vcpus is not None:
            left = nodes.vcpus - sum(one.node.machine.vcpus for one in machines if one.group == name)
            kinds = [node for node in wanted.nodes.get(name, ()) if node.machine.vcpus <= left]
            if kinds:
                machines.append(start(world, name, world.random.choice(kinds), best=best))
                return machines[-1]
    return None


def able(world: World, position: int, machine: Machine) -> bool:
    """Whether the node takes pods of a kind, but for its room."""
    if not any(node is machine.node for node in world.kinds[position].nodes.get(machine.group, ())):
        return False
    here = {int(pod.labels["kind"]) for pod in machine.pods}
    return not any(frozenset((position, other)) in world.run.apart for other in here)


def drawn(world: World, position: int) -> PodShape:
    """A pod of a kind with one of the amounts of memory that it may request."""
    pod = world.kinds[position].pod
    return replace(pod, memory_bytes=pod.memory_bytes - world.random.randint(0, pod.memory_slack_bytes))


def scheduled(world: World, machines: list[Machine], choice: int, position: int) -> bool:
    """Whether a pod of the kind finds room; pools make nodes for it as long as they can."""
    pod = drawn(world, position)
    while not place(machines, pod, lambda one: able(world, position, one), CHOICES[choice], world.random):
        if grow(world, machines, position) is None:
            return False
    return True


def of_kind(machines: list[Machine], position: int) -> list[tuple[Machine, PodShape]]:
    return [(one, pod) for one in machines for pod in one.pods if pod.labels["kind"] == f"{position}"]


def best_placement(world: World, machines: list[Machine]) -> int | None:
    """The most of the counted pods that these nodes hold beside the single ones, all placements tried; None: of none."""
    last = len(world.run.single)
    lightest = [replace(one.pod, memory_bytes=one.pod.memory_bytes - one.pod.memory_slack_bytes) for one in world.kinds]
    found: int | None = None
    for places in product(machines, repeat=last):
        for one in machines:
            one.pods.clear()
        fits = True
        for position, machine in enumerate(places):
            fits = fits and able(world, position, machine) and machine.has_room(lightest[position])
            machine.pods.append(lightest[position])
        if fits:
            for one in machines:
                while able(world, last, one) and one.has_room(lightest[last]):
                    one.pods.append(lightest[last])
            held = len(of_kind(machines, last))
            found = held if found is None else max(found, held)
    return found


SEEDS = st.integers(0, 2**48)


@LAW
@given(SEEDS)
def test_no_placement_holds_more_than_fit_at_best(seed: int) -> None:
    world = draw_world(seed)
    if world is None:
        return
    machines = running(world, best=True)
    while len(machines) < 9 and grow(world, machines, world.random.randrange(len(world.kinds)), best=True):
        pass
    held = best_placement(world, machines)
    bound = most_that_fit(Counting(world.run), world.supply)
    assert held is None or (bound is not None and held <= bound)


@LAW
@given(SEEDS)
def test_what_fits_at_best_does_fit_where_nodes_are_alike(seed: int) -> None:
    world = draw_world(seed, alike=True)
    if world is not None:
        assert best_placement(world, running(world, best=True)) == most_that_fit(Counting(world.run), world.supply)


@LAW
@given(SEEDS, st.integers(0, len(CHOICES) - 1))
def test_no_scheduler_leaves_a_pod_waiting_that_fits_for_sure(seed: int, choice: int) -> None:
    """Executors come and go; one waits only when as many run as fit for sure."""
    world = draw_world(seed)
    if world is None:
        return
    machines, last = running(world, best=False), len(world.run.single)
    for position in range(last):
        scheduled(world, machines, choice, position)
    sure = sure_to_fit(Counting(world.run), world.supply)
    if all_fit_for_sure(Counting(world.run), world.supply):
        sure = max(sure, world.run.wanted.count)
    for _ in range(40):
        if not scheduled(world, machines, choice, last):
            assert len(of_kind(machines, last)) >= sure
        present = of_kind(machines, last)
        if len(present) >= world.run.wanted.count or (present and world.random.random() < 0.2):
            machine, pod = world.random.choice(present)
            machine.pods.remove(pod)


@LAW
@given(SEEDS)
def test_fewer_nodes_than_the_fewest_never_hold_all(seed: int) -> None:
    world = draw_world(seed)
    if world is None:
        return
    machines = running(world, best=True)
    while len(machines) < 9 and grow(world, machines, world.random.randrange(len(world.kinds)), best=True):
        pass
    world.random.shuffle(machines)
    some = machines[: fewest_nodes(Counting(world.run), world.supply) - 1]
    held = best_placement(world, some)
    assert held is None or held < world.run.wanted.count


@LAW
@given(SEEDS)
def test_the_fewest_nodes_hold_all_where_nodes_are_alike(seed: int) -> None:
    world = draw_world(seed, alike=True)
    if world is None:
        return
    machines = running(world, best=True)
    number = fewest_nodes(Counting(world.run), world.supply)
    if number <= len(machines):
        held = best_placement(world, machines[:number])
        assert held is not None
        assert held >= world.run.wanted.count


@LAW
@given(SEEDS, st.integers(0, len(CHOICES) - 1))
def test_enough_nodes_hold_all_whatever_the_scheduler_does(seed: int, choice: int) -> None:
    world = draw_world(seed)
    if world is None:
        return
    number = enough_nodes(Counting(world.run))
    if number is None:
        return
    last = len(world.run.single)
    kinds = [(name, node) for name, nodes in world.run.wanted.nodes.items() for node in nodes]
    machines = [start(world, *world.random.choice(kinds), best=False) for _ in range(number)]
    without_pools = replace(world, supply={})
    for position in range(last):
        scheduled(without_pools, machines, choice, position)
    for _ in range(world.run.wanted.count):
        assert scheduled(without_pools, machines, choice, last)
