"""The distinct shapes of a fleet's runs. Each is prepared and planned once, however many runs have it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from emr_eks_placement.common.errors import InputError, RuleError, finding, refused
from emr_eks_placement.planning import Plan
from emr_eks_placement.planning.concurrent_runs import concurrent_runs_on_nodes
from emr_eks_placement.runs.prepared import Prepared, prepare_job, prepare_request
from emr_eks_placement.runs.source import Source
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.submission.fleet_lines import FleetLine
from emr_eks_placement.submission.spread import spread

_FIELDS = {"JOB": "job", "--placement": "placement", "--mode": "mode", "--zone": "zone", "--argument": "arguments"}
_Outcome = TypeVar("_Outcome")
_Asked = tuple[str, str | None, str | None]  # job, placement and mode, as a line names them


@dataclass(frozen=True)
class Asked:
    """A line to start with everything that it adds, in a zone if it was spread."""

    line: FleetLine
    zone: str | None
    prepared: Prepared


@dataclass
class Shapes:
    """Prepares and plans what lines ask for; results are shared between equal lines.

    by_capacity: whether a zone gets as many runs as it has room for, instead of the same number; zones: those to spread
    runs over, None without spreading.
    """

    source: Source
    file: str
    zones: Sequence[str] = ()
    by_capacity: bool = False
    _prepared: dict[tuple[_Asked, str | None], Prepared | InputError] = field(default_factory=dict)
    _plans: dict[str, tuple[Plan, Capacity] | InputError] = field(default_factory=dict)
    _turns: dict[_Asked, Iterator[str] | None] = field(default_factory=dict)

    def zone_of(self, line: FleetLine) -> str | None:
        """Returns the next zone for this line; None if it has a zone, or is not spread. Must be called line by line.

        Raises InputError, at the line, if no zone can place its pods.
        """
        if not self.zones or line.job is None or line.zone is not None:
            return None
        asked = (line.job, line.placement, line.mode)
        if asked not in self._turns:
            self._turns[asked] = self._turns_of(line)
        turns = self._turns[asked]
        return None if turns is None else next(turns)

    def prepare(self, line: FleetLine, zone: str | None) -> Prepared:
        """Returns the request of a line with everything that it adds, moved to the zone if there is one.

        Raises InputError, at the line, and AwsError unchanged.
        """
        from emr_eks_placement.aws.errors import AwsError  # boto3 is slow to import

        try:
            return self._without_more(line, zone).with_more(line.arguments, line.conf)
        except AwsError:
            raise
        except InputError as error:
            raise self._at(line, error) from None

    def plan(self, prepared: Prepared) -> tuple[Plan, Capacity]:
        """Returns the plan and the capacity for its pods. Raises InputError if it can't be planned."""
        key = shape_of(prepared.request)
        if key not in self._plans:
            try:
                resolved = prepared.resolve()
                self._plans[key] = resolved.plan(), resolved.capacity
            except InputError as error:
                self._plans[key] = error
        return _or_raise(self._plans[key])

    def _without_more(self, line: FleetLine, zone: str | None) -> Prepared:
        if line.request is not None:
            return prepare_request(self.source, line.request, f"{self.file}:{line.number}")
        asked = (str(line.job), line.placement, line.mode)
        key = (asked, line.zone or zone)
        if key not in self._prepared:
            try:
                self._prepared[key] = prepare_job(
                    self.source, asked[0], placement=line.placement, mode=line.mode, zone=key[1]
                )
            except InputError as error:
                self._prepared[key] = error
        return _or_raise(self._prepared[key])

    def _turns_of(self, line: FleetLine) -> Iterator[str] | None:
        """Yields the turns of the zones that take the line's pods; None for a placement that has its zone."""
        if self._has_zone(self.prepare(line, None), line):
            return None
        room: dict[str, int | None] = {}
        why: InputError | None = None
        for zone in self.zones:
            try:
                made, capacity = self.plan(self.prepare(line, zone))
            except InputError as error:
                why = why or error
                continue
            if not any(problem.severity == "error" for problem in made.problems):
                room[zone] = concurrent_runs_on_nodes(made, capacity)
        if not room:
            if why is not None:
                raise why
            rule = f"in none of {', '.join(self.zones)} its pods can be placed"
            raise refused(self.file, line.job, rule, "Plan it: emr-placement plan", line=line.number, path=("job",))
        if not self.by_capacity or None in room.values():
            return spread(dict.fromkeys(room, 1))
        return spread({zone: max(runs or 0, 1) for zone, runs in room.items()})

    def _has_zone(self, prepared: Prepared, line: FleetLine) -> bool:
        environment = self.source.account.environment
        placements = environment.jobs[str(line.job)].placements if environment else {}
        placement = placements.get(prepared.placement)
        return placement is not None and placement.zone is not None

    def _at(self, line: FleetLine, error: InputError) -> InputError:
        """Returns findings about an option at the line and its field, and others at the line."""
        if any(one.file.startswith(f"{self.file}:") for one in error.findings):
            return error
        found = []
        for one in error.findings:
            broken = RuleError(one.value, one.rule, one.fix, path=one.path)
            if one.file in _FIELDS:
                found.append(finding(self.file, broken, line=line.number, path=(_FIELDS[one.file],)))
            else:
                found.append(finding(f"{self.file}:{line.number}: {one.file}", broken))
        return InputError(found)


def shape_of(request: Mapping[str, Any]) -> str:
    """Returns a key that is equal for requests with the same plan: names and arguments do not count."""
    drivers = {
        name: {key: value for key, value in driver.items() if key != "entryPointArguments"}
        for name, driver in request.get("jobDriver", {}).items()
    }
    own = {key: value for key, value in request.items() if key not in ("name", "clientToken", "jobDriver")}
    return json.dumps([drivers, own], sort_keys=True)


def _or_raise(outcome: _Outcome | InputError) -> _Outcome:
    if isinstance(outcome, InputError):
        raise outcome
    return outcome
