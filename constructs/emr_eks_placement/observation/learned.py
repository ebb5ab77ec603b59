"""What runs of a smoke test show about facts of EMR on EKS that are undocumented or documented differently."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from emr_eks_placement.facts import emr
from emr_eks_placement.job.placement import ROLES, Role
from emr_eks_placement.observation.containers import Container
from emr_eks_placement.observation.logged import log_names
from emr_eks_placement.observation.smoke import SmokeRun


@dataclass(frozen=True)
class Fact:
    """An open fact. counted_with: the assumption of plans; seen: each different observation, empty without one.

    where: the placements of each observation.
    """

    name: str
    counted_with: str
    seen: Mapping[str, tuple[str, ...]]


def learned(runs: Mapping[str, SmokeRun], access: str) -> list[Fact]:
    """Returns the facts from runs by the name of their placement. access: how EMR gets into the namespace, in words."""
    submitter = (
        f"{emr.SUBMITTER} {emr.SUBMITTER_CPU} CPU, {emr.SUBMITTER_MEMORY}",
        f"{emr.LOGGING_SIDECAR} {emr.SUBMITTER_LOGGING_CPU} CPU, {emr.SUBMITTER_LOGGING_MEMORY}",
    )
    sidecar = f"{emr.LOGGING_SIDECAR_MEMORY}, or {emr.LOGGING_SIDECAR_MEMORY_SEEN}"
    by_entry = "an access entry, or a mapping in aws-auth"
    names = "containers/APPLICATION/POD/stdout or stderr below PREFIX/VIRTUAL-CLUSTER/jobs/JOB-RUN"
    return [
        Fact("logging sidecar's memory", sidecar, _by_text(runs, _logging_sidecars)),
        Fact("submitter's requests", "; ".join(submitter), _by_text(runs, _submitters)),
        Fact("EMR's access", by_entry, {access: ()}),
        Fact("names of logs", names, _by_text(runs, _names)),
        Fact("time to run", f"at most {emr.START_TIMEOUT_SECONDS} s by default", _times(runs)),
    ]


def _by_text(runs: Mapping[str, SmokeRun], texts: Callable[[SmokeRun], Iterable[str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, run in runs.items():
        for text in dict.fromkeys(texts(run)):
            found[text] = (*found.get(text, ()), name)
    return found


def _logging_sidecars(run: SmokeRun) -> Iterator[str]:
    for role in ("driver", "executors"):
        for one in _containers(run, role):
            if one.name == emr.LOGGING_SIDECAR:
                yield f"{role}: {_with_limits(one)}"


def _submitters(run: SmokeRun) -> Iterator[str]:
    if any(pod.role == "submitter" for pod in run.pods):
        yield "; ".join(f"{one.name} {_with_limits(one)}" for one in _containers(run, "submitter"))


def _containers(run: SmokeRun, role: Role) -> tuple[Container, ...]:
    """Returns the containers of the role's first pod: other pods are equal, or differ from the plan."""
    return next((pod.containers for pod in run.pods if pod.role == role), ())


def _with_limits(one: Container) -> str:
    cpu = None if one.cpu_limit_millis is None else f"{one.cpu_limit_millis}m CPU"
    memory = None if one.memory_limit_mib is None else f"{one.memory_limit_mib}Mi"
    limits = ", ".join(part for part in (cpu, memory) if part)
    native = " as a native sidecar" if one.is_sidecar else ""
    return f"{one.requests}{f' (limits {limits})' if limits else ''}{native}"


def _names(run: SmokeRun) -> Iterator[str]:
    for service, paths in (run.logs or {}).items():
        for role, names in log_names(paths).items():
            yield from (f"{service}, {role}: {name}" for name in names)


def _times(runs: Mapping[str, SmokeRun]) -> dict[str, tuple[str, ...]]:
    """Returns the times of each placement."""
    found: dict[str, tuple[str, ...]] = {}
    for name, run in runs.items():
        times = {role: run.seconds_to_run(role) for role in ROLES}
        known = [f"{role} {seconds:.0f} s" for role, seconds in times.items() if seconds is not None]
        found |= {f"{name}: {', '.join(known)}": ()} if known else {}
    return found
