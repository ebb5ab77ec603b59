"""What keeps the virtual clusters of an environment apart from each other."""

from collections.abc import Iterator, Mapping

from emr_eks_placement.environment.virtual_cluster import VirtualCluster
from emr_eks_placement.errors import FieldPath, RuleError


def check_apart(virtual_clusters: Mapping[str, VirtualCluster]) -> None:
    """Raises RuleError, with the path in the environment, where two would share what is to be of one alone."""
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
    """Value, what it is, the rule that it is of one virtual cluster, and its path in the virtual cluster."""
    yield (
        virtual_cluster.namespace,
        "namespace",
        "a namespace holds one virtual cluster, and {other} has this one (emr-containers CreateVirtualCluster)",
        ("namespace",),
    )
    if virtual_cluster.logs.log_group is not None:
        rule = "virtual cluster {other} logs there, and neither's jobs are to write into the other's log group"
        yield virtual_cluster.logs.log_group, "log group", rule, ("logs", "log_group")
    for role, settings in virtual_cluster.roles.items():
        place: FieldPath = () if role is None else ("execution_roles", role)
        if settings.execution_role_arn is not None:
            rule = "virtual cluster {other} has this role, and neither's jobs are to have the other's rights"
            yield settings.execution_role_arn, "role", rule, (*place, "execution_role_arn")
        if role is not None:
            rule = (
                "without hyphens, virtual cluster and role read as those of {other}: one stack output would name both"
            )
            yield f"{name}{role}".replace("-", ""), "output", rule, place
