"""The names of a run's logs: their pattern, and kinds of pod without logs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from emr_eks_placement.common.document_field import Field
from emr_eks_placement.emr.logs import container_log
from emr_eks_placement.facts import emr
from emr_eks_placement.job.placement import ROLES, Role
from emr_eks_placement.observation.containers import containers_of
from emr_eks_placement.observation.difference import Difference


def roles_that_log(manifests: Mapping[Role, Mapping[str, Any]]) -> list[Role]:
    """Returns the roles whose pods have EMR's logging sidecar."""
    return [
        role
        for role, manifest in manifests.items()
        if any(one.name == emr.LOGGING_SIDECAR for one in containers_of(Field(manifest)["spec"]))
    ]


def roles_logged(paths: Iterable[str]) -> set[Role]:
    """Returns the roles whose logs are among the paths below a run's prefix."""
    return {log.role for path in paths if (log := container_log("", path)) is not None}


def log_differences(
    manifests: Mapping[Role, Mapping[str, Any]], paths: Mapping[str, Sequence[str]]
) -> Iterator[Difference]:
    """Yields kinds of pod without logs, and unknown names. paths: below a run's prefix, by service."""
    for service, some in paths.items():
        logged = roles_logged(some)
        for role in roles_that_log(manifests):
            if role not in logged:
                yield Difference("logs", "warning", f"{service} has no log of it", role)
        for path in some:
            if container_log("", path) is None:
                yield Difference("logs", "warning", f"{service} has {path}, an unknown name")


def log_names(paths: Iterable[str]) -> dict[str, list[str]]:
    """Returns the pattern of the names by role of the pod, `other` for unknown names. POD replaces a pod's name, and
    APPLICATION the Spark application's."""
    found: dict[str, set[str]] = {}
    for path in paths:
        log = container_log("", path)
        if log is None:
            found.setdefault("other", set()).add(path)
            continue
        section, *folders, file = path.split("/")
        folders = [*("APPLICATION" for _ in folders[:-1]), "POD"]
        found.setdefault(log.role, set()).add("/".join((section, *folders, file)))
    return {role: sorted(found[role]) for role in (*ROLES, "other") if role in found}
