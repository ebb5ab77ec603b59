"""The distinct shapes of a fleet's runs: each is prepared and planned once, however many runs have it."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from emr_eks_placement.cli.prepared import Account, Prepared, prepare_job, prepare_request
from emr_eks_placement.errors import InputError, RuleError, finding
from emr_eks_placement.fleet.lines import FleetLine
from emr_eks_placement.fleet.spread import spread
from emr_eks_placement.planning import Plan

_Asked = tuple[str, str | None, str | None]  # job, placement and mode, as a line names them


@dataclass
class Shapes:
    """Prepares and plans what lines ask for; what was done for one line is there for the next.

    by_capacity: whether a zone gets as many runs as it has room for, rather than as many as another; zones: those that
    runs are spread over, none for not at all.
    """

    account: Account
    file: str
    zones: Sequence[str] = ()
    by_capacity: bool = False
    _prepared: dict[tuple[_Asked, str | None], Prepared] = field(default_factory=dict)
    _plans: dict[tuple[int, tuple[str, ...]], Plan] = field(default_factory=dict)
    _turns: dict[_Asked, Iterator[str] | None] = field(default_factory=dict)

    def zone_of(self, line: FleetLine) -> str | None:
        """The zone that is this line's turn; None for one that has a zone, or is not spread. Call it line by line."""
        if not self.zones or line.job is None or line.zone is not None:
            return None
        asked = (line.job, line.placement, line.mode)
        if asked not in self._turns:
            self._turns[asked] = self._turns_of(line)
        turns = self._turns[asked]
        return None if turns is None else next(turns)

    def prepare(self, line: FleetLine, zone: str | None) -> Prepared:
        """The request of a line, moved to the zone if one is given. Raises InputError, at the line."""
        place = f"{self.file}:{line.number}"
        if line.request is not None:
            return prepare_request(self.account, line.request, place)
        key = ((str(line.job), line.placement, line.mode), line.zone or zone)
        if key not in self._prepared:
            try:
                self._prepared[key] = prepare_job(
                    self.account, key[0][0], placement=line.placement, mode=line.mode, zone=key[1]
                )
            except InputError as error:
                raise _at(place, error) from None
        return self._prepared[key]

    def plan(self, prepared: Prepared, line: FleetLine) -> Plan:
        """Raises InputError where it can't be planned."""
        key = (id(prepared), line.conf)
        if line.request is not None:
            return prepared.with_more((), line.conf).plan()
        if key not in self._plans:
            self._plans[key] = prepared.with_more((), line.conf).plan()
        return self._plans[key]

    def _turns_of(self, line: FleetLine) -> Iterator[str] | None:
        """Of the zones that take the line's pods; None for a placement that has its zone."""
        if _has_zone(self.prepare(line, None), line):
            return None
        room: dict[str, int | None] = {}
        refused: InputError | None = None
        for zone in self.zones:
            try:
                made = self.plan(self.prepare(line, zone), line)
            except InputError as error:
                refused = refused or error
                continue
            if not any(problem.severity == "error" for problem in made.problems):
                room[zone] = runs_at_once(made)
        if not room:
            if refused is not None:
                raise refused
            rule = f"in none of {', '.join(self.zones)} its pods can be placed"
            raise InputError(
                [finding(f"{self.file}:{line.number}", RuleError(line.job, rule, "Plan it: emr-placement plan"))]
            )
        bounded = [runs for runs in room.values() if runs is not None]
        if not self.by_capacity or len(bounded) < len(room):
            return spread(dict.fromkeys(room, 1))
        return spread({zone: max(runs or 0, 1) for zone, runs in room.items()})


def _has_zone(prepared: Prepared, line: FleetLine) -> bool:
    environment = prepared.account.environment
    placements = environment.jobs[str(line.job)].placements if environment else {}
    placement = placements.get(prepared.submittable.placement)
    return placement is not None and placement.zone is not None


def runs_at_once(made: Plan) -> int | None:
    """How many such runs the EC2 nodes of driver and executors hold, at the groups' and pools' largest size; None: without
    bound, as far as nodes go.
    """
    bounds = [
        needed.allowed // needed.least
        for needed in made.nodes
        if needed.allowed is not None and set(needed.roles) != {"submitter"}
    ]
    return min(bounds, default=None)


def counted(shapes: Collection[str]) -> list[tuple[int, str]]:
    """How often each is there, most first."""
    return [(count, shape) for shape, count in Counter(shapes).most_common()]


def _at(place: str, error: InputError) -> InputError:
    """The findings of an option, at the line that stands for it."""
    rules = [(one.file, RuleError(one.value, one.rule, one.mend, path=one.path)) for one in error.findings]
    return InputError([finding(f"{place}: {option}", rule) for option, rule in rules])
