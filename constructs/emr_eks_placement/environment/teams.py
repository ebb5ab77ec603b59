"""Rules that isolate the virtual clusters of an environment from each other."""

from collections.abc import Iterable, Iterator, Mapping

from emr_eks_placement.common.errors import FieldPath, RuleError
from emr_eks_placement.environment.virtual_cluster import VirtualCluster

# The folders of the bucket in which each virtual cluster has its own folder.
_FOLDERS = ("job-files", "pod-templates", "logs", "data")


def check_apart(virtual_clusters: Mapping[str, VirtualCluster], bucket: str | None) -> None:
    """Raises RuleError, with the path in the environment, if two virtual clusters share what only one may have.

    bucket: the name of the environment's own, None if CloudFormation names it.
    """
    _check_owned(virtual_clusters)
    for name, virtual_cluster in virtual_clusters.items():
        for path, location in _locations(virtual_cluster):
            other = _whose_folder(location, virtual_clusters.keys() - {name}, bucket)
            if other is not None:
                raise RuleError(
                    location,
                    f"folders of virtual cluster {other} in the environment's bucket, which only its own jobs can access",
                    "Name another location",
                    path=("virtual_clusters", name, *path),
                )


def _locations(virtual_cluster: VirtualCluster) -> Iterator[tuple[FieldPath, str]]:
    for role, settings in virtual_cluster.roles.items():
        place: FieldPath = ("data_access",) if role is None else ("execution_roles", role, "data_access")
        for field in ("read", "write"):
            for index, location in enumerate(getattr(settings.data_access, field)):
                yield (*place, field, index), location


def _whose_folder(location: str, others: Iterable[str], bucket: str | None) -> str | None:
    """Returns the first virtual cluster whose folder is in the location, or contains it."""
    name, _, key = location.removeprefix("s3://").partition("/")
    prefix = f"{key.rstrip('/')}/" if key else ""
    for other in sorted(others) if name == bucket else ():
        folders = [f"{folder}/{other}/" for folder in _FOLDERS]
        if any(folder.startswith(prefix) or prefix.startswith(folder) for folder in folders):
            return other
    return None


def _check_owned(virtual_clusters: Mapping[str, VirtualCluster]) -> None:
    owners: dict[tuple[str, str], str] = {}
    for name, virtual_cluster in virtual_clusters.items():
        for value, what, rule, path in _owned(name, virtual_cluster):
            other = owners.setdefault((what, value), name)
            if other != name:
                raise RuleError(
                    path[-1] if what == "output" else value,
                    rule.format(other=other),
                    "Rename it" if what == "output" else f"Choose another {what}",
                    path=("virtual_clusters", name, *path),
                )


def _owned(name: str, virtual_cluster: VirtualCluster) -> Iterator[tuple[str, str, str, FieldPath]]:
    """Yields what only one virtual cluster may have: the value, a description, the rule, and the path in the virtual
    cluster."""
    yield (
        virtual_cluster.namespace,
        "namespace",
        "a namespace holds one virtual cluster, and {other} has this one (emr-containers CreateVirtualCluster)",
        ("namespace",),
    )
    if virtual_cluster.logs.log_group is not None:
        rule = "virtual cluster {other} logs there, and neither's jobs may write to the other's log group"
        yield virtual_cluster.logs.log_group, "log group", rule, ("logs", "log_group")
    for role, settings in virtual_cluster.roles.items():
        place: FieldPath = () if role is None else ("execution_roles", role)
        if settings.execution_role_arn is not None:
            rule = "virtual cluster {other} has this role, and neither's jobs may have the other's rights"
            yield settings.execution_role_arn, "role", rule, (*place, "execution_role_arn")
        if role is not None:
            rule = (
                "without hyphens, virtual cluster and role read as those of {other}: one stack output would name both"
            )
            yield f"{name}{role}".replace("-", ""), "output", rule, place
