"""Finds what a change interrupts: nodes and Fargate profiles that are replaced, with the pods on them.

Sources: CloudFormation's schemas (createOnlyProperties of AWS::EKS::Nodegroup and AWS::EKS::FargateProfile), EKS guide, "Update
a managed node group", "Delete a Fargate profile" and "Update an add-on".
"""

from collections.abc import Iterable, Iterator

from emr_eks_placement.changes.record import NodeGroupRecord, PlatformRecord, VirtualClustersRecord
from emr_eks_placement.changes.refusals import Deployed
from emr_eks_placement.common.errors import FieldPath, RuleError
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment.add_ons import ADD_ONS

_END_RUNS = "Let job runs end first, or cancel them: emr-placement drain"
_ROLL = (
    "starts other nodes and drains the old ones, which ends the drivers and executors there (EKS guide, update a managed node "
    "group)"
)


def interruptions(deployed: Deployed, environment: Environment) -> list[RuleError]:
    """Returns what a deployment ends of the running pods, each with its path in the environment.

    Refused changes are not included. The results are warnings and never raised.
    """
    found: list[RuleError] = []
    if deployed.platform:
        after = PlatformRecord.of(environment)
        found += _node_groups(deployed.platform, after, environment)
        found += _add_ons(deployed.platform, after, environment)
    if deployed.virtual_clusters:
        found += _fargate_profiles(deployed.virtual_clusters, environment)
    return found


def _node_groups(before: PlatformRecord, after: PlatformRecord, environment: Environment) -> Iterator[RuleError]:
    if before.node_groups is None:
        if environment.node_groups:
            yield RuleError(
                list(environment.node_groups),
                "the deployed stack does not record its node groups, so it is not known which nodes this replaces",
                "Check cdk diff; the stack records them with its next change",
                path=("node_groups",),
            )
        return
    new = after.node_groups or {}
    gone = [name for name in before.node_groups if name not in new]
    if gone:
        rule = f"the nodes of {', '.join(gone)} are removed, with the pods on them (EKS guide, delete a managed node group)"
        yield RuleError(list(new), rule, _END_RUNS, path=("node_groups",))
    both = {name: (before.node_groups[name], group) for name, group in new.items() if name in before.node_groups}
    replaced = {name: list(_replaced(name, *records)) for name, records in both.items()}
    for name, records in both.items():
        yield from replaced[name] or _rolled(name, *records)
    rolled = [name for name in both if not replaced[name]]
    if rolled and before.tags != after.tags:
        yield _all_rolled(("tags",), environment.tags, rolled)
    if rolled and before.nodes_version != after.nodes_version:
        yield _all_rolled(("cluster", "version"), after.nodes_version, rolled)


def _replaced(name: str, old: NodeGroupRecord, new: NodeGroupRecord) -> Iterator[RuleError]:
    for field in ("instance_types", "capacity_type", "zones"):
        value = getattr(new, field)
        if value != getattr(old, field):
            yield RuleError(
                value,
                f"node group {name} is replaced: its nodes are removed, with the pods on them, when the new ones are ready "
                "(CloudFormation, AWS::EKS::Nodegroup)",
                _END_RUNS,
                path=("node_groups", name, field),
            )


def _rolled(name: str, old: NodeGroupRecord, new: NodeGroupRecord) -> Iterator[RuleError]:
    for field in ("disk_gib", "release_version"):
        value = getattr(new, field)
        if value != getattr(old, field):
            yield RuleError(value, f"EKS {_ROLL}", _END_RUNS, path=("node_groups", name, field))


def _all_rolled(path: FieldPath, value: object, groups: Iterable[str]) -> RuleError:
    return RuleError(value, f"in {', '.join(groups)}, EKS {_ROLL}", _END_RUNS, path=path)


def _add_ons(before: PlatformRecord, after: PlatformRecord, environment: Environment) -> Iterator[RuleError]:
    if before.version in (None, after.version) or after.version is None:
        return
    left = [name for name in ADD_ONS if name not in environment.cluster.add_on_versions]
    if left:
        yield RuleError(
            after.version,
            f"EKS updates no add-on with the cluster: {', '.join(left)} keep their versions, which are for {before.version} (EKS "
            "guide, update an add-on)",
            "Update them after the deployment (docs/changes.md has the commands), or name versions in cluster.add_on_versions",
            path=("cluster", "version"),
        )


def _fargate_profiles(before: VirtualClustersRecord, environment: Environment) -> Iterator[RuleError]:
    after = VirtualClustersRecord.of(environment).fargate_profiles
    ended = [name for name, digest in before.fargate_profiles.items() if after.get(name) != digest]
    if ended:
        own = [name for name in ended if name in environment.fargate_profiles]
        several = (
            ". EKS deletes one profile at a time; it is not documented whether CloudFormation waits between "
            "two of them, and a remaining one still takes pods"
        )
        yield RuleError(
            ended,
            "these Fargate profiles are replaced or removed, and EKS deletes their pods (EKS guide, delete a "
            f"Fargate profile){several if len(ended) > 1 else ''}",
            f"{_END_RUNS}; deploy such changes one by one, or look afterwards: emr-placement doctor"
            if len(ended) > 1
            else _END_RUNS,
            path=("fargate_profiles", own[0]) if own else ("virtual_clusters",),
        )
