"""Chooses the placement of an environment's job."""

from dataclasses import dataclass

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment.job_runs import EnvironmentJob, PlacementChoice
from emr_eks_placement.job.modes import MODES


@dataclass(frozen=True)
class ChosenPlacement:
    """A placement of a job. is_deployed: whether the environment has a definition of it, with this name."""

    name: str
    choice: PlacementChoice
    is_deployed: bool


def choose_placement(
    environment: Environment, job: str, *, placement: str | None, mode: str | None, zone: str | None
) -> ChosenPlacement:
    """Returns the placement of that name, or of the mode, or the only one; in the zone if one is set.

    For a zone without a placement in the environment, returns the placement of that mode moved there, with the name
    PLACEMENT-in-ZONE. Raises RuleError, with the option as path, if no or several placements match.
    """
    settings = _job(environment, job)
    if zone is not None and zone not in environment.zones:
        rule = f"the environment's zones are {', '.join(environment.zones)}"
        raise RuleError(zone, rule, "Name one of them", path=("--zone",))
    found = _candidates(settings, job, placement, mode)
    if zone is None:
        name = _only(found, mode or placement, job)
        return ChosenPlacement(name, settings.placements[name], is_deployed=True)
    there = {name: choice for name, choice in found.items() if choice.zone == zone}
    if there:
        name = _only(there, mode or placement, job)
        return ChosenPlacement(name, settings.placements[name], is_deployed=True)
    name = _only(found, mode or placement, job)
    moved = settings.placements[name].model_copy(update={"zone": zone})
    _ = moved.placement  # raises a RuleError if the mode does not allow a zone
    return ChosenPlacement(f"{name}-in-{zone}", moved, is_deployed=False)


def _job(environment: Environment, job: str) -> EnvironmentJob:
    if job not in environment.jobs:
        rule = f"the environment's jobs are {', '.join(environment.jobs) or 'none'}"
        raise RuleError(job, rule, "Name one of them, or the file of a StartJobRun request", path=("JOB",))
    return environment.jobs[job]


def _candidates(
    settings: EnvironmentJob, job: str, placement: str | None, mode: str | None
) -> dict[str, PlacementChoice]:
    placements = settings.placements
    if placement is not None:
        if placement not in placements:
            rule = f"the placements of job {job} are {_told(placements)}"
            raise RuleError(placement, rule, "Name one of them, or add it and deploy", path=("--placement",))
        return {placement: placements[placement]}
    if mode is None:
        return dict(placements)
    if mode not in MODES:
        rule = f"the placement modes are {', '.join(MODES)}"
        raise RuleError(mode, rule, "Name one of them, or a placement: --placement NAME", path=("--mode",))
    found = {name: choice for name, choice in placements.items() if choice.mode == mode}
    if not found:
        rule = f"job {job} has no placement of this mode; its placements are {_told(placements)}"
        raise RuleError(mode, rule, "Name one of them, or add it and deploy", path=("--mode",))
    return found


def _only(found: dict[str, PlacementChoice], named: str | None, job: str) -> str:
    """Returns the only candidate; of several, the one with the mode's own name, otherwise the only one without a zone."""
    if len(found) == 1 or named in found:
        return named if named in found else next(iter(found))
    anywhere = [name for name, choice in found.items() if choice.zone is None]
    if len(anywhere) == 1 and named is not None:
        return anywhere[0]
    rule = f"several placements of job {job} are meant: {_told(found)}"
    raise RuleError(named, rule, "Name one of them: --placement NAME", path=("--placement",))


def _told(placements: dict[str, PlacementChoice]) -> str:
    return ", ".join(name if name == choice.mode else f"{name} ({choice.mode})" for name, choice in placements.items())
