"""Checks whether the account's quotas are high enough for a deployment."""

from emr_eks_placement.checks.account.needs import AccountNeeds
from emr_eks_placement.checks.check import Check
from emr_eks_placement.facts.quotas import FARGATE_PROFILES, FARGATE_VCPUS, ON_DEMAND_VCPUS, SPOT_VCPUS, Quota
from emr_eks_placement.job.placement import CapacityType

NODE_VCPUS: dict[CapacityType, Quota] = {"on-demand": ON_DEMAND_VCPUS, "spot": SPOT_VCPUS}


def check_count(name: str, quota: Quota, region: str, *, value: float, used: int, needed: int) -> Check:
    """Checks whether a region has room for `needed` more resources in addition to the `used` existing ones."""
    found = f"{_allows(quota, value)}, {used} exist, {needed} more needed"
    if used + needed <= value or not needed:
        return Check(name, "ok", found)
    return Check(name, "missing", found, f"Delete what is not used. {_request(quota, region, used + needed)}")


def check_fargate_vcpus(needs: AccountNeeds, region: str, value: float, planned_with: int) -> Check:
    """Checks whether the largest run of the environment fits the quota, and whether plans assume no more than the
    quota.

    planned_with: fargate_vcpus of the environment.
    """
    run = f", the largest run, {needs.fargate_run}, takes {needs.fargate_vcpus:g}" if needs.fargate_run else ""
    found = _allows(FARGATE_VCPUS, value) + run
    if needs.fargate_vcpus > value:
        fix = _request(FARGATE_VCPUS, region, needs.fargate_vcpus)
        return Check("fargate-vcpus", "missing", found, fix)
    if planned_with > value:
        fix = f"Write fargate_vcpus: {value:g}. {_request(FARGATE_VCPUS, region, planned_with)}"
        return Check("fargate-vcpus", "warning", f"{found}; plans count with {planned_with}", fix)
    counted = f"; plans count with {planned_with} (fargate_vcpus)" if planned_with < value else ""
    return Check("fargate-vcpus", "ok", found + counted)


def check_fargate_profiles(profiles: int, region: str, value: float, planned_with: int) -> Check | None:
    """Checks whether the cluster may have the environment's profiles; None if it has none.

    planned_with: fargate_profile_quota of the environment, which also limits profiles that it adds later.
    """
    name, found = "fargate-profile-quota", f"{_allows(FARGATE_PROFILES, value)}, the environment has {profiles}"
    if not profiles:
        return None
    if profiles > value:
        return Check(name, "missing", found, _request(FARGATE_PROFILES, region, profiles))
    if planned_with > value:
        fix = f"Write fargate_profile_quota: {value:g}. {_request(FARGATE_PROFILES, region, planned_with)}"
        return Check(name, "warning", f"{found}; the file counts with {planned_with}", fix)
    return Check(name, "ok", found)


def check_node_vcpus(needs: AccountNeeds, region: str, capacity_type: CapacityType, value: float) -> Check:
    """Checks whether the node groups can start, and whether they can grow to their maximum size.

    Other instances of the account count too, but are not known here.
    """
    quota, name = NODE_VCPUS[capacity_type], f"{capacity_type}-vcpus"
    first, most = needs.node_vcpus[capacity_type]
    found = f"{_allows(quota, value)}, the node groups start with {first} and grow to {most}"
    if first > value:
        return Check(name, "missing", found, _request(quota, region, most))
    if most > value:
        return Check(name, "warning", found, f"Lower max_size. {_request(quota, region, most)}")
    return Check(name, "ok", found)


def _allows(quota: Quota, value: float) -> str:
    return f"{value:g} {quota.what} allowed ({quota.code})"


def _request(quota: Quota, region: str, value: float) -> str:
    """Returns the command that requests a higher quota from AWS."""
    return (
        f"Ask for more: aws service-quotas request-service-quota-increase --region {region} "
        f"--service-code {quota.service} --quota-code {quota.code} --desired-value {value:g}"
    )
