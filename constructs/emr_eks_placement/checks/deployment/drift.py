"""Finds differences between the account and the environment file that decide where pods land."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from emr_eks_placement.checks import Check
from emr_eks_placement.checks.deployment.findings import bring_together, concluded, deploy
from emr_eks_placement.common.errors import FieldPath, dotted, shown
from emr_eks_placement.environment import Environment, capacity_of
from emr_eks_placement.scheduling.amounts import as_text
from emr_eks_placement.scheduling.capacity import (
    Capacity,
    FargateProfileCapacity,
    NodeGroupCapacity,
    NodePoolCapacity,
)
from emr_eks_placement.scheduling.namespace_rules import NO_RULES, NamespaceRules

_OBJECTS = "kubernetes-objects"
_MOST_SHOWN = 3
# What EKS can change of a node group (UpdateNodegroupConfig); any other change replaces nodes.
_UPDATABLE = ("labels", "taints", "min_size", "max_size")
_Difference = tuple[str, object, object]


def check_capacity(environment: Environment, live: Capacity, node_groups: Mapping[str, str]) -> list[Check]:
    """Returns each difference between the environment file and the cluster in EKS.

    node_groups: of the environment, names in its file -> names in EKS. Resources that only the cluster has are no
    difference, and neither is the current number of nodes, which the autoscaler sets.
    """
    planned = capacity_of(environment)
    findings = (
        *_version(environment, planned, live),
        *_groups(environment, planned, live, node_groups),
        *_profiles(environment, planned, live),
    )
    return concluded("capacity", findings, "version, node groups and Fargate profiles are what the file describes")


def check_kubernetes_objects(environment: Environment, live: Capacity) -> list[Check]:
    """Returns each difference between node pools, quotas and Pod Security levels in the file and in the Kubernetes API."""
    if live.not_read:
        fix = "Allow the caller to read the cluster's Kubernetes API (docs/live-cluster.md)"
        return [Check(_OBJECTS, "not checked", "; ".join(live.not_read), fix)]
    planned = capacity_of(environment)
    findings = (*_pools(environment, planned, live), *_namespace_rules(environment, planned, live))
    return concluded(_OBJECTS, findings, "node pools and what namespaces allow are what the file describes")


def _differs(name: str, what: str, difference: _Difference, fix: str) -> Check:
    field, planned, live = difference
    return Check(name, "warning", f"{what}: {field} is {shown(live)}, the file has {shown(planned)}", fix)


def _version(environment: Environment, planned: Capacity, live: Capacity) -> Iterator[Check]:
    difference = ("version", planned.kubernetes_version, live.kubernetes_version)
    if difference[1] != difference[2]:
        fix = bring_together(environment, "upgrade the cluster, as EKS does not lower versions")
        yield _differs("capacity", "cluster", difference, fix)


def _groups(environment: Environment, planned: Capacity, live: Capacity, names: Mapping[str, str]) -> Iterator[Check]:
    by_eks_name = {group.deployed_name or shown: group for shown, group in live.node_groups.items()}
    for name, group in planned.node_groups.items():
        there = by_eks_name.get(names.get(name, ""))
        if there is None:
            found = f"node_groups.{name}: the cluster has no such node group"
            yield Check("capacity", "missing", found, f"Deploy: {deploy(environment)}")
            continue
        by_hand = f"change it back (aws eks update-nodegroup-config --nodegroup-name {shlex.quote(names[name])} …)"
        for difference in _different(_of_group(group), _of_group(there)):
            fix = bring_together(environment, by_hand)
            if difference[0] not in _UPDATABLE:
                fix = f"Deploy, which replaces the group's nodes: {deploy(environment)}"
            yield _differs("capacity", f"node_groups.{name}", difference, fix)
    for name in sorted(names.keys() - planned.node_groups.keys()):
        found = f"node group {names[name]} ({name}) of the stack is not in the file"
        yield Check("capacity", "warning", found, f"Deploy: {deploy(environment)}")


def _of_group(group: NodeGroupCapacity) -> dict[str, object]:
    return {
        "instance_types": sorted(machine.name for machine in group.machines),
        "capacity_type": group.capacity_type,
        "labels": dict(sorted(group.labels.items())),
        "taints": sorted(f"{taint.key}={taint.value}:{taint.effect}" for taint in group.taints),
        "zones": sorted(group.zones),
        "min_size": group.min_size,
        "max_size": group.max_size,
        "disk_gib": group.disk_gib,
    }


def _pools(environment: Environment, planned: Capacity, live: Capacity) -> Iterator[Check]:
    there = {pool.name: pool for pool in live.node_pools.values()}
    for name, pool in planned.node_pools.items():
        if pool.name not in there:
            found = f"node_pools.{name}: the cluster has no such node pool"
            yield Check(_OBJECTS, "missing", found, bring_together(environment, "create it again"))
            continue
        for difference in _different(_of_pool(pool), _of_pool(there[pool.name])):
            fix = bring_together(
                environment, f"change it back ({shlex.join(['kubectl', 'edit', 'nodepool', pool.name])})"
            )
            yield _differs(_OBJECTS, f"node_pools.{name}", difference, fix)


def _of_pool(pool: NodePoolCapacity) -> dict[str, object]:
    return {
        "instance_types": sorted(machine.name for machine in pool.machines),
        "capacity_types": sorted(pool.capacity_types),
        "labels": dict(sorted(pool.labels.items())),
        "taints": sorted(f"{taint.key}={taint.value}:{taint.effect}" for taint in pool.taints),
        "zones": sorted(pool.zones),
        "max_vcpus": pool.max_vcpus,
        "disk_gib": pool.disk_gib,
    }


def _profiles(environment: Environment, planned: Capacity, live: Capacity) -> Iterator[Check]:
    """Compares Fargate profiles. EKS can't change a profile, so a profile with other selectors or zones is another one."""
    there = [_of_profile(profile) for profile in live.fargate_profiles.values()]
    for name, profile in planned.fargate_profiles.items():
        if _of_profile(profile) not in there:
            selectors, zones = _of_profile(profile)
            found = f"Fargate profile {name}: the cluster has none that selects {'; '.join(selectors)} in {', '.join(zones)}"
            yield Check("capacity", "missing", found, bring_together(environment, "create the profile again"))


def _of_profile(profile: FargateProfileCapacity) -> tuple[list[str], list[str]]:
    selectors = sorted(
        ",".join([one.namespace, *(f"{key}={value}" for key, value in sorted(one.labels.items()))])
        for one in profile.selectors
    )
    return selectors, sorted(profile.zones)


def _namespace_rules(environment: Environment, planned: Capacity, live: Capacity) -> Iterator[Check]:
    for virtual_cluster in environment.virtual_clusters.values():
        if virtual_cluster.existing_namespace:
            continue
        name = virtual_cluster.namespace
        wanted, there = (_of_rules(one.namespace_rules.get(name, NO_RULES)) for one in (planned, live))
        for difference in _different({**dict.fromkeys(there), **wanted}, {**dict.fromkeys(wanted), **there}):
            fix = bring_together(
                environment,
                f"change it back ({shlex.join(['kubectl', 'get', 'resourcequota,limitrange', '-n', name])})",
            )
            yield _differs(_OBJECTS, f"namespace {name}", difference, fix)


def _of_rules(rules: NamespaceRules) -> dict[str, object]:
    """Returns the fields of each object, with its amounts as written."""
    fields: dict[str, object] = {"pod_security": rules.pod_security}
    for quota in rules.quotas:
        scopes = "".join(f" ({scope.name})" for scope in quota.scopes)
        fields |= {f"{one} of ResourceQuota {quota.name}{scopes}": as_text(most) for one, most in quota.hard.items()}
    for limit_range in rules.limit_ranges:
        for entry in limit_range.limits:
            for name, amounts in vars(entry).items():
                for one, amount in amounts.items() if name != "type" else ():
                    fields[f"{name}.{one} of LimitRange {limit_range.name} ({entry.type})"] = as_text(amount)
    return fields


def _different(planned: Mapping[str, object], live: Mapping[str, object]) -> Iterator[_Difference]:
    for field, value in planned.items():
        if live[field] != value:
            yield field, value, live[field]


def check_definitions(
    environment: Environment, defined: Mapping[str, Mapping[str, Any]], deployed: Mapping[str, Any]
) -> list[Check]:
    """Checks whether each deployed definition is the one that `define` creates from the file.

    defined, deployed: requests by SSM parameter; a deployed one may be any JSON, and None if it is no JSON.
    """
    return concluded(
        "definitions",
        _definition_findings(environment, defined, deployed),
        f"{len(defined)} are what the file defines",
    )


def _definition_findings(
    environment: Environment, defined: Mapping[str, Mapping[str, Any]], deployed: Mapping[str, Any]
) -> Iterator[Check]:
    for name, request in defined.items():
        if name not in deployed:
            found = f"there is no parameter {name}"
            yield Check("definitions", "missing", found, f"Deploy: {deploy(environment)}")
            continue
        different = list(_paths_that_differ(request, deployed[name]))
        if _is_of_another_virtual_cluster(request, deployed[name]):
            yield _of_another_virtual_cluster(environment, name, request, deployed[name])
        elif different:
            more = f" and {len(different) - _MOST_SHOWN} more" if len(different) > _MOST_SHOWN else ""
            found = f"{name} is not what the file defines: {'; '.join(different[:_MOST_SHOWN])}{more}"
            by_hand = f"put it back (aws ssm put-parameter --overwrite --name {name} …)"
            yield Check("definitions", "warning", found, bring_together(environment, by_hand))
    for name in sorted(deployed.keys() - defined.keys()):
        found = f"{name} belongs to no job and placement in the file"
        yield Check("definitions", "warning", found, f"Deploy, which deletes it, or delete it: {deploy(environment)}")


def _is_of_another_virtual_cluster(request: Mapping[str, Any], deployed: Any) -> bool:
    key = "virtualClusterId"
    return isinstance(deployed, Mapping) and key in request and deployed.get(key) != request[key]


def _of_another_virtual_cluster(
    environment: Environment, name: str, request: Mapping[str, Any], deployed: Mapping[str, Any]
) -> Check:
    """Returns the check of a definition that names another virtual cluster.

    This happens if the stack of the virtual clusters was deleted and deployed again: the template of the job runs is
    unchanged, so CloudFormation deploys nothing.
    """
    found = (
        f"{name} names virtual cluster {shown(deployed.get('virtualClusterId'))}, and the deployed one is "
        f"{request['virtualClusterId']}: no run can start from it"
    )
    stack = f"{environment.name}-job-runs"
    fix = f"Create {stack} again: cdk destroy {stack} -c environment={environment.name}, then {deploy(environment)}"
    return Check("definitions", "missing", found, fix)


def _paths_that_differ(defined: Any, deployed: Any, path: FieldPath = ()) -> Iterator[str]:
    if isinstance(defined, Mapping) and isinstance(deployed, Mapping):
        for key in [*defined, *(key for key in deployed if key not in defined)]:
            yield from _paths_that_differ(defined.get(key), deployed.get(key), (*path, key))
    elif isinstance(defined, list) and isinstance(deployed, list) and len(defined) == len(deployed):
        for index, (one, other) in enumerate(zip(defined, deployed, strict=True)):
            yield from _paths_that_differ(one, other, (*path, index))
    elif defined != deployed:
        yield f"{dotted(path) or 'the request'} is {shown(deployed)}, not {shown(defined)}"
