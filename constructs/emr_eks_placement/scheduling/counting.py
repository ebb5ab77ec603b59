"""How many equal pods a node holds next to single ones, for each kind of node that they can share."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any, TypeVar

from emr_eks_placement.facts.instance_types import InstanceType
from emr_eks_placement.scheduling.capacity import AllNodes, Node, Room, zones_of
from emr_eks_placement.scheduling.packing import pods_on
from emr_eks_placement.scheduling.pod import PodShape
from emr_eks_placement.scheduling.supply import GroupNodes, Supply

Some = tuple[int, ...]
"""Single pods of a run, by position."""
_Key = tuple[str, Some, int]
_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Wanted:
    """A kind of pod, its number, and the nodes of each group and pool that can take one."""

    pod: PodShape
    count: int
    nodes: Mapping[str, tuple[Node, ...]]

    @cached_property
    def zones(self) -> frozenset[str]:
        """Where it can run."""
        return zones_of(self.nodes)


@dataclass(frozen=True)
class Run:
    """Equal pods, which are counted, and at most two single ones that run before them.

    apart: kinds that share no node, as pairs of positions, the counted ones last; in a pair with itself, the pods of a
    kind share none with each other.
    """

    single: tuple[Wanted, ...]
    wanted: Wanted
    apart: frozenset[frozenset[int]] = frozenset()


@dataclass(frozen=True, eq=False)
class Kind:
    """Nodes that are equal for a run. takes: whether they take the counted pods; outside: of a zone where these can't
    run."""

    room: Room
    sure_room: Room
    vcpus: int
    takes: bool
    outside: bool


@dataclass
class Counting:
    """A run and what its bounds need. Each answer is computed once, and Kinds are compared by identity."""

    run: Run
    _kept: list[Supply | None] = field(init=False, default_factory=list)
    _possible: dict[str, dict[Kind, Some]] = field(init=False, default_factory=dict)
    _of_nodes: dict[int, Kind] = field(init=False, default_factory=dict)
    _may_be: dict[tuple[str, int], tuple[Supply, tuple[Kind, ...]]] = field(init=False, default_factory=dict)
    _known: dict[tuple[int, int, int, bool, bool], Kind] = field(init=False, default_factory=dict)
    _of_groups: dict[_Key, tuple[Kind, ...]] = field(init=False, default_factory=dict)
    _places: dict[tuple[Some, int], tuple[Supply, tuple[str, ...]]] = field(init=False, default_factory=dict)
    _rooms: dict[Room, Room] = field(init=False, default_factory=dict)
    _same_room: dict[int, Room] = field(init=False, default_factory=dict)
    _held: dict[tuple[int, Some, bool], int] = field(init=False, default_factory=dict)
    _shareable: dict[tuple[int, Some], bool] = field(init=False, default_factory=dict)
    _answers: dict[tuple[object, ...], tuple[tuple[Supply, ...], Any]] = field(init=False, default_factory=dict)

    def answer(self, question: Callable[..., _Answer], *nodes: Supply) -> _Answer:
        """Returns the answer to a question about the run and maybe the existing nodes, which is computed once."""
        key = (question, *map(id, nodes))
        if key not in self._answers:
            self._answers[key] = nodes, question(self, *nodes)
        answer: _Answer = self._answers[key][1]
        return answer

    @cached_property
    def every(self) -> Some:
        """All single pods."""
        return tuple(range(len(self.run.single)))

    @cached_property
    def _ids(self) -> tuple[set[int], ...]:
        """The nodes that can take each of the single pods."""
        return tuple({id(node) for nodes in one.nodes.values() for node in nodes} for one in self.run.single)

    @cached_property
    def _taking(self) -> set[int]:
        return {id(node) for nodes in self.run.wanted.nodes.values() for node in nodes}

    def held(self, kind: Kind, some: Some = (), *, best: bool) -> int:
        """Returns how many counted pods the nodes hold next to these single ones: at best, and for certain."""
        if not kind.takes:
            return 0
        room = kind.room if best else kind.sure_room
        key = (id(room), some, best)
        number = self._held.get(key)
        if number is None:
            number = self._held[key] = self._held_in(room, some, best)
        return number

    def taking(self, name: str) -> tuple[Kind, ...]:
        """Returns the kinds of node of the group that take the counted pods."""
        key: _Key = (name, (), 0)
        if key not in self._of_groups:
            whole = self._kinds_of(name) if name in self.run.wanted.nodes else ()
            self._of_groups[key] = self._kinds(self.run.wanted.nodes[name]) if whole is None else whole
        return self._of_groups[key]

    def at_best(self, name: str, supply: Supply) -> tuple[Kind, ...]:
        """Returns the kinds of node of the group that take the counted pods; if nodes run, of those."""
        machines = supply[name].chosen
        if machines is None:
            return self.taking(name)
        wanted = self.run.wanted.nodes[name]
        whole = self._kinds_of(name, machines)
        return self._kinds(node for node in wanted if node.machine in machines) if whole is None else whole

    def may_be(self, name: str, supply: Supply) -> tuple[Kind, ...]:
        """Returns the kinds of node that the group may have where the counted pods can run; a pool creates only nodes
        that take them.

        These are the expected instance types, or, if none of them takes the pods, all that do.
        """
        known = self._may_be.get((name, id(supply)))
        if known is None:
            known = self._may_be[name, id(supply)] = supply, self._expected(name, supply)
        return known[1]

    def _expected(self, name: str, supply: Supply) -> tuple[Kind, ...]:
        nodes, wanted = supply[name], self.run.wanted
        if not isinstance(nodes, GroupNodes):
            return self.taking(name)
        machines = nodes.machines if nodes.settled else None
        if wanted.nodes[name] is nodes.group.nodes:
            whole = self._kinds_of(name, machines or nodes.machines or None)
            if whole is not None:
                return whole if whole or machines is not None else self.taking(name)
        if machines is not None:
            return self._kinds(
                node for node in nodes.group.nodes if node.machine in machines and node.zone in wanted.zones
            )
        if not nodes.machines:
            return self._kinds(node for node in nodes.group.nodes if node.zone in wanted.zones)
        expected = [node for node in wanted.nodes[name] if node.machine in nodes.machines]
        return self._kinds(expected or wanted.nodes[name])

    def shared(self, name: str, some: Some, supply: Supply | None = None) -> tuple[Kind, ...]:
        """Returns the kinds of node of the group that all these single pods can share; if nodes run, of those."""
        machines = supply[name].chosen if supply else None
        key = (name, some, 0 if machines is None else id(supply))
        found = self._of_groups.get(key)
        if found is None:
            self._kept.append(supply)
            found = self._sharing(name, some, machines)
            if len(some) > 1:
                found = tuple(kind for kind in found if self._together(kind.room, some))
            self._of_groups[key] = found
        return found

    def _sharing(self, name: str, some: Some, machines: tuple[InstanceType, ...] | None) -> tuple[Kind, ...]:
        """Returns the kinds of node of the group, of these instance types, that each of these single pods can be on."""
        if not all(name in self.run.single[one].nodes for one in some):
            return ()
        whole = self._kinds_of(name, machines)
        if whole is not None:
            return whole
        first, *more = some
        return self._kinds(
            node
            for node in self.run.single[first].nodes[name]
            if (machines is None or node.machine in machines) and all(id(node) in self._ids[one] for one in more)
        )

    def possible(self, name: str, kind: Kind) -> Some:
        """Returns the single pods that can be on such a node of the group."""
        if name not in self._possible:
            shared = {one: self.shared(name, (one,)) for one in self.every}
            self._possible[name] = {
                kind: tuple(one for one in self.every if kind in shared[one]) for kind in self.taking(name)
            }
        return self._possible[name].get(kind, ())

    def places(self, some: Some, supply: Supply) -> tuple[str, ...]:
        """Returns the groups that can have a node that these single pods share."""
        known = self._places.get((some, id(supply)))
        if known is None:
            singles = [self.run.single[one] for one in some]
            names = tuple(
                name
                for name in singles[0].nodes
                if self.shared(name, some, supply)
                and all(supply[name].most(one.zones, one.nodes.get(name, ())) for one in singles)
            )
            known = self._places[(some, id(supply))] = supply, names
        return known[1]

    def has_two(self, name: str, supply: Supply) -> bool:
        """Returns whether the group can have two nodes for two single pods."""
        zones = frozenset(zone for one in self.run.single for zone in one.zones)
        nodes = [node for one in self.run.single for node in one.nodes.get(name, ())]
        return supply[name].most(zones, nodes) > 1

    @cached_property
    def _whole(self) -> dict[str, tuple[AllNodes, bool, bool]]:
        """Returns the groups of which each pod of the run takes all nodes or none, with takes and outside if all have
        the same."""
        wanted, pods = self.run.wanted, (*self.run.single, self.run.wanted)
        whole = {}
        for name, nodes in {name: nodes for one in pods for name, nodes in one.nodes.items()}.items():
            if isinstance(nodes, AllNodes) and all(one.nodes.get(name, nodes) is nodes for one in pods):
                takes = name in wanted.nodes
                outside = not takes and nodes.zones.isdisjoint(wanted.zones)
                if takes or outside or nodes.zones <= wanted.zones:
                    whole[name] = (nodes, takes, outside)
        return whole

    def _kinds_of(self, name: str, machines: tuple[InstanceType, ...] | None = None) -> tuple[Kind, ...] | None:
        """Returns the kinds of all nodes of a group, computed once for all runs; None unless each pod of the run takes
        all or none."""
        if name not in self._whole:
            return None
        nodes, takes, outside = self._whole[name]
        key = (Kind, takes, outside, machines)
        if key not in nodes.worked_out:
            chosen = [node for node in nodes if machines is None or node.machine in machines]
            alike = {(node.room, node.sure_room, node.machine.vcpus): node for node in chosen}
            same = nodes.worked_out.setdefault((Kind, takes, outside), {})  # some types' kinds are among those of all
            nodes.worked_out[key] = tuple(
                same.setdefault(like, Kind(node.room, node.sure_room, node.machine.vcpus, takes, outside))
                for like, node in alike.items()
            )
        found: tuple[Kind, ...] = nodes.worked_out[key]
        return found

    def _kinds(self, nodes: Iterable[Node]) -> tuple[Kind, ...]:
        return tuple(dict.fromkeys(self._of_nodes.get(id(node)) or self._kind(node) for node in nodes))

    def _kind(self, node: Node) -> Kind:
        takes, outside = id(node) in self._taking, node.zone not in self.run.wanted.zones
        room, sure_room = self._room(node.room), self._room(node.sure_room)
        key = (id(room), id(sure_room), node.machine.vcpus, takes, outside)
        if key not in self._known:
            self._known[key] = Kind(room, sure_room, node.machine.vcpus, takes, outside)
        self._of_nodes[id(node)] = self._known[key]
        return self._known[key]

    def _room(self, room: Room) -> Room:
        """Returns one object for equal rooms, so that their answers are shared."""
        known = self._same_room.get(id(room))
        if known is None:
            known = self._same_room[id(room)] = self._rooms.setdefault(room, room)
        return known

    def _held_in(self, room: Room, some: Some, best: bool) -> int:
        own, apart = len(self.run.single), self.run.apart
        if apart and any(frozenset((one, own)) in apart for one in some):
            return 0
        others = [self.run.single[one].pod for one in some]
        number = pods_on(room, self.run.wanted.pod, others, lightest=best)
        return min(number, 1) if apart and frozenset((own,)) in apart else number

    def _together(self, room: Room, some: Some) -> bool:
        key = (id(room), some)
        if key not in self._shareable:
            last, *others = (self.run.single[one].pod for one in some)
            apart = any(frozenset(pair) in self.run.apart for pair in combinations(some, 2))
            self._shareable[key] = not apart and pods_on(room, last, others, lightest=True) > 0
        return self._shareable[key]
