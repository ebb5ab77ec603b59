"""What an environment needs of the account it is deployed to."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from emr_eks_placement.common.names import physical_name
from emr_eks_placement.definition import CheckedEnvironment
from emr_eks_placement.environment import Environment, NodeGroup, NodePool
from emr_eks_placement.job.placement import CapacityType

# The letters before the generation that the quotas of Standard instances count: A, C, D, H, I, M, R, T and Z (EC2 guide,
# On-Demand Instance quotas); im4gn and is4gen are Storage optimized, so I.
_STANDARD = {"a", "c", "d", "h", "i", "im", "is", "m", "r", "t", "z"}


@dataclass(frozen=True, kw_only=True)
class AccountNeeds:
    """What a deployment creates in the account, without existing resources.

    elastic_ips: one for each NAT gateway; fargate_vcpus: of the largest job run of the environment, which fargate_run
    names; node_vcpus: vCPU that node groups and node pools of a capacity type start with and may grow to, of Standard
    instances. For a group, its largest instance type counts; a pool with both capacity types counts in full for each.
    instance_types: node group or pool -> (types, zones); role_names: of IAM roles that the environment names itself;
    CloudFormation names the others.
    """

    vpcs: int
    clusters: int
    elastic_ips: int
    fargate_vcpus: float
    fargate_run: str
    node_vcpus: Mapping[CapacityType, tuple[int, int]]
    instance_types: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    role_names: tuple[str, ...]


def account_needs(given: Environment | CheckedEnvironment) -> AccountNeeds:
    """Returns the needs of an environment, if each of its jobs runs alone."""
    checked = CheckedEnvironment.of(given)
    environment = checked.environment
    fargate_vcpus, fargate_run = max(
        ((planned.fargate_vcpus, run) for run, planned in checked.plans()), default=(0.0, "")
    )
    groups, pools = environment.node_groups, environment.node_pools
    both: dict[str, NodeGroup | NodePool] = {**groups, **pools}
    kinds = {group.capacity_type for group in groups.values()}.union(*(pool.capacity_types for pool in pools.values()))
    creates_vpc = environment.network.vpc_id is None
    return AccountNeeds(
        vpcs=int(creates_vpc),
        clusters=int(environment.cluster.name is None),
        elastic_ips=environment.network.nat_gateways if creates_vpc else 0,
        fargate_vcpus=fargate_vcpus,
        fargate_run=fargate_run,
        node_vcpus={
            kind: _node_vcpus(
                [group for group in groups.values() if group.capacity_type == kind],
                [pool for pool in pools.values() if kind in pool.capacity_types],
            )
            for kind in sorted(kinds)
        },
        instance_types={name: (one.instance_types, one.zones or environment.zones) for name, one in both.items()},
        role_names=tuple(
            physical_name(environment.name, environment.region, name, *([role] if role else []))
            for name, virtual_cluster in environment.virtual_clusters.items()
            for role, settings in virtual_cluster.roles.items()
            if settings.execution_role_arn is None
        ),
    )


def _node_vcpus(groups: list[NodeGroup], pools: list[NodePool]) -> tuple[int, int]:
    sizes = [(max(_standard_vcpus(group), default=0), group) for group in groups]
    first = sum(vcpus * group.initial_size for vcpus, group in sizes)
    of_pools = sum(pool.max_vcpus for pool in pools if any(_standard_vcpus(pool)))
    return first, sum(vcpus * group.max_size for vcpus, group in sizes) + of_pools


def _standard_vcpus(one: NodeGroup | NodePool) -> Iterator[int]:
    for machine in one.machines:
        letters = re.match(r"[a-z]*", machine.name)
        if letters and letters[0] in _STANDARD:
            yield machine.vcpus
