"""The EC2 nodes that the pods of a run need, and whether the cluster has or can have enough of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from emr_eks_placement.facts.emr import START_TIMEOUT_SECONDS
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.planned_pod import Pairs, PlannedPod, counted, run_of, some, the
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling.alike import Countings, countings_of
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.scheduling.counting import Counting
from emr_eks_placement.scheduling.holding import all_fit_for_sure, most_that_fit, sure_to_fit
from emr_eks_placement.scheduling.node_numbers import enough_nodes, fewest_nodes
from emr_eks_placement.scheduling.supply import ANY, Supply, supply_at_most, supply_now


@dataclass(frozen=True)
class NodesNeeded:
    """The EC2 nodes that pods with the same node groups, node pools and zones need, if no other pods use them.

    least: for the tightest packing on the largest nodes; no placement needs fewer. most: so many nodes certainly hold
    the pods, whatever their instance types and however kube-scheduler spreads the pods, including the run's other
    kinds; None: no number is certain. running, allowed: how many nodes the groups and pools certainly have in these
    zones now, and can have at most; None: no limit. Executors count with their maximum number; without a limit, the
    minimum.
    """

    node_groups: tuple[str, ...]
    node_pools: tuple[str, ...]
    zones: tuple[str, ...]
    roles: tuple[Role, ...]
    least: int
    most: int | None
    running: int
    allowed: int | None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the node groups and pools."""
        return self.node_groups + self.node_pools

    @property
    def most_there(self) -> int:
        """Of the nodes that the pods may be spread over, as many as can exist."""
        bounds = [bound for bound in (self.most, self.allowed) if bound is not None]
        return min(bounds, default=self.least)

    @property
    def number(self) -> str:
        """The number from least to most, in words."""
        if self.most is None:
            return f"{self.least} or more"
        return f"{self.least}" if self.least == self.most else f"{self.least} to {self.most}"


@dataclass(frozen=True)
class _Holding:
    """How many pods of a role nodes hold.

    initial: how many there are at the start; may_not_fit: whether another problem already reports that no pod may fit;
    placed: whether the previous pods certainly fit.
    """

    role: Role
    counting: Counting
    supply: Supply
    initial: int
    may_not_fit: bool
    placed: bool

    @property
    def count(self) -> int:
        """How many pods there are."""
        return self.counting.run.wanted.count

    @cached_property
    def all_fit(self) -> bool:
        """Whether all pods certainly fit, by a fast test; only a False may be wrong."""
        return self.counting.answer(all_fit_for_sure, self.supply)

    @cached_property
    def best(self) -> int | None:
        """How many fit at best; None if the previous ones do not."""
        all_sure = self.all_fit or (self.placed and not self.may_not_fit and self.sure >= self.count)
        return self.count if all_sure else self.counting.answer(most_that_fit, self.supply)

    @cached_property
    def sure(self) -> int:
        """How many certainly fit."""
        if self.all_fit:
            return self.count
        return ANY if self.may_not_fit else self.counting.answer(sure_to_fit, self.supply)

    @property
    def surely_not(self) -> bool:
        return self.best is None or self.best < self.count

    @property
    def all_sure(self) -> bool:
        return not self.surely_not and not self.maybe_not

    @property
    def maybe_not(self) -> bool:
        return self.sure < self.count

    @property
    def left(self) -> str:
        """How many wait at least, or may wait, in words."""
        waiting = self.count - ((self.best or 0) if self.surely_not else self.sure)
        return the(self.role) if self.count == 1 else f"{waiting} of {self.count} {self.role}"


@dataclass
class NodeCounts:
    """Counts the nodes of a run's pods. apart: roles that share no node; start_timeout: of the run, in seconds."""

    pods: Mapping[Role, PlannedPod]
    capacity: Capacity
    apart: Pairs = ()
    start_timeout: int = START_TIMEOUT_SECONDS
    now: Supply = field(init=False)
    largest: Supply = field(init=False)
    _roles: list[Role] = field(init=False)
    _counting: Countings = field(init=False)

    def __post_init__(self) -> None:
        self._roles = counted(self.pods)
        wanted = [self.pods[role].wanted for role in self._roles]
        known = self.capacity.worked_out.setdefault(countings_of, {})
        self._counting = countings_of(wanted, frozenset(self.apart), known)
        self.now, self.largest = supply_now(self.capacity), supply_at_most(self.capacity)

    def needed(self) -> tuple[NodesNeeded, ...]:
        """Returns the nodes for each choice of groups, pools and zones that pods have. Nodes of two choices count for
        both."""
        together: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Role]] = {}
        for role in self._roles:
            landing = self.pods[role].landing
            together.setdefault((landing.on, landing.zones), []).append(role)
        return tuple(
            NodesNeeded(
                node_groups=tuple(name for name in names if name in self.capacity.node_groups),
                node_pools=tuple(name for name in names if name in self.capacity.node_pools),
                zones=zones,
                roles=tuple(roles),
                least=self._of(roles).answer(fewest_nodes, self.largest),
                most=self._enough(roles),
                running=sum(self.now[name].sure(zones) for name in names),
                allowed=self._allowed(roles),
            )
            for (names, zones), roles in together.items()
        )

    def problems(self, needed: Iterable[NodesNeeded]) -> Iterator[Problem]:
        """Yields problems if the node groups have to grow for the run, if groups and pools can't grow enough, and if
        they may not."""
        now: dict[Role, _Holding] = {}
        for role in self._roles:
            now[role] = self._held(role, self.now, placed=all(held.all_fit for held in now.values()))
        largest = {role: held if held.all_fit else self._at_most(held) for role, held in now.items()}
        for need in needed:
            short = [largest[role] for role in need.roles if largest[role].surely_not]
            unsure = [largest[role] for role in need.roles if largest[role].maybe_not]
            missing = [now[role] for role in need.roles if now[role].surely_not or not (need.running or now[role].sure)]
            if self.capacity.other_nodes:
                if missing:
                    yield _may_scale_up(need, missing, self.start_timeout, f"; {self.capacity.other_nodes}")
                continue
            if short:
                yield Problem("EC2_TOO_FEW_NODES", short[0].role, _too_few(need, short))
            elif unsure:
                yield _may_not_hold(need, unsure)
            if missing and need.running < (need.allowed if need.allowed is not None else ANY):
                yield Problem("EC2_SCALE_UP", missing[0].role, _scale_up(need, missing, self.start_timeout))
            elif not (short or unsure) and (waiting := [now[role] for role in need.roles if now[role].maybe_not]):
                yield _may_scale_up(need, waiting, self.start_timeout)

    def _of(self, roles: Iterable[Role]) -> Counting:
        """Returns the counting of the last of these roles next to the others."""
        key = tuple(roles)
        if key not in self._counting:
            self._counting[key] = Counting(run_of(self.pods, key, self.apart))
        return self._counting[key]

    def _until(self, role: Role) -> Counting:
        """Returns the counting of a role next to all that start before it."""
        return self._of(self._roles[: self._roles.index(role) + 1])

    def _enough(self, roles: list[Role]) -> int | None:
        """Returns whether there are enough nodes for each role; if nodes for one can't take another, for one next to
        the other."""
        total = 0
        last = self._nodes(roles[-1])
        for role in reversed(roles):
            number = self._until(role).answer(enough_nodes)
            if number is None:
                return None
            total = max(total, number) if last <= self._nodes(role) else total + number
        return total

    def _nodes(self, role: Role) -> set[int]:
        return {id(node) for nodes in self.pods[role].landing.nodes.values() for node in nodes}

    def _allowed(self, roles: list[Role]) -> int | None:
        """Returns the maximum number of nodes, with nodes of the smallest kinds that take one of the pods."""
        landings = [self.pods[role].landing for role in roles]
        total = sum(
            self.largest[name].most(landings[0].zones, [node for landing in landings for node in landing.nodes[name]])
            for name in landings[0].on
        )
        return None if total >= ANY else total

    def _held(self, role: Role, supply: Supply, *, placed: bool = False) -> _Holding:
        pod = self.pods[role]
        may_not_fit = any(problem.code == "EC2_MAY_NOT_FIT" for problem in pod.landing.problems)
        return _Holding(role, self._until(role), supply, pod.count.initial, may_not_fit, placed)

    def _at_most(self, now: _Holding) -> _Holding:
        """Returns how many fit with every group at its maximum size; the current result if all fit now."""
        largest = self._held(now.role, self.largest)
        return now if not largest.all_fit and now.all_sure else largest


def _names(need: NodesNeeded) -> str:
    return " and ".join(need.names)


def _roles(short: list[_Holding]) -> str:
    """Formats how many pods of which kinds there are, with the verb."""
    one = len(short) == 1 and (short[0].count == 1 or short[0].left.startswith("1 of "))
    return f"{' and '.join(holding.left for holding in short)} {'waits' if one else 'wait'}"


def _their(need: NodesNeeded) -> str:
    return "its" if len(need.names) == 1 else "their"


def _need(need: NodesNeeded) -> str:
    """Formats what the roles need, with the verb and the number."""
    verb = "needs" if len(need.roles) == 1 and need.roles[0] != "executors" else "need"
    return f"{' and '.join(need.roles)} {verb} {need.number} {_nodes(need.most or need.least)} of {_names(need)}"


def _nodes(number: int) -> str:
    return "node" if number == 1 else "nodes"


def _too_few(need: NodesNeeded, short: list[_Holding]) -> str:
    if need.allowed is not None and need.least > need.allowed:
        return f"{_need(need)}, which can have {need.allowed}: {_roles(short)}"
    return f"{_roles(short)}, however tightly the pods of {_names(need)} are packed at {_their(need)} largest"


def _scale_up(need: NodesNeeded, missing: list[_Holding], seconds: int) -> str:
    what = f"{_need(need)}, of which {need.running} surely {'runs' if need.running == 1 else 'run'} now"
    if need.least <= need.running:
        what = f"what surely runs now of {_names(need)} ({need.running} {_nodes(need.running)}) does not hold them all"
    later = all(one.role == "executors" and one.best is not None and one.best >= one.initial for one in missing)
    when = f", once the job has asked for {'it' if missing[0].count == 1 else 'them'}" if later else ""
    return f"{what}: {_roles(missing)} for more{when}{_deadline(missing, seconds)}"


def _deadline(waiting: list[_Holding], seconds: int) -> str:
    """Returns that a run ends if its submitter or driver does not start in time."""
    if all(one.role == "executors" for one in waiting):
        return ""
    return f"; the run fails unless its driver starts within {seconds / 60:g} minutes (job-start-timeout)"


def _may_not_hold(need: NodesNeeded, unsure: list[_Holding]) -> Problem:
    role, what = unsure[0].role, f"{' and '.join(one.left for one in unsure)} may wait"
    fix = "Raise max_size, or ask for fewer or smaller executors"
    if need.most is not None:
        fix += f"; {need.most} {'node holds' if need.most == 1 else 'nodes hold'} them for sure"
    return Problem(
        "EC2_MAY_NOT_HOLD", role, f"{what}: {_for_sure(unsure[-1], need)} at {_their(need)} largest", own_fix=fix
    )


def _may_scale_up(need: NodesNeeded, waiting: list[_Holding], seconds: int, more: str = "") -> Problem:
    left = " and ".join(one.left for one in waiting)
    what = f"{left} may wait for more nodes: {_for_sure(waiting[-1], need)} now{_deadline(waiting, seconds)}{more}"
    return Problem("EC2_MAY_SCALE_UP", waiting[0].role, what)


def _for_sure(one: _Holding, need: NodesNeeded) -> str:
    verb = "holds" if len(need.names) == 1 else "hold"
    return f"{_names(need)} {verb} {some(one.role, one.sure)} for sure, {min(one.best or 0, one.count)} at best"
