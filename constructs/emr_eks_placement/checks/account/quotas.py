"""Whether the account's quotas that a deployment meets are high enough."""

from emr_eks_placement.checks.account.needs import AccountNeeds
from emr_eks_placement.checks.check import Check
from emr_eks_placement.facts.quotas import FARGATE_PROFILES, FARGATE_VCPUS, ON_DEMAND_VCPUS, SPOT_VCPUS, Quota
from emr_eks_placement.job.placement import CapacityType

NODE_VCPUS: dict[CapacityType, Quota] = {"on-demand": ON_DEMAND_VCPUS, "spot": SPOT_VCPUS}


def check_count(name: str, quota: Quota, region: str, *, value: float, used: int, needed: int) -> Check:
    """Whether a region has room for the `needed` things that are still to be made, `used` being there already."""
    found = f"{_allows(quota, value)}, {used} there, {needed} more needed"
    if used + needed <= value or not needed:
        return Check(name, "ok", found)
    return Check(name, "missing", found, f"Delete what is not used. {_request(quota, region, used + needed)}")


def check_fargate_vcpus(needs: AccountNeeds, region: str, value: float, planned_with: int) -> Check:
    """Whether the largest run of the environment fits, and whether plans count with no more than there is.

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
    """Whether the cluster may have the environment's profiles; None where it has none.

    planned_with: fargate_profile_quota of the environment, which its later profiles are held to.
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
    """Whether the node groups can start, and whether they can grow to their highest number of nodes.

    Nothing is said of instances that run beside them: they count too.
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
    """The command that asks AWS for a higher value."""
    return (
        f"Ask for more: aws service-quotas request-service-quota-increase --region {region} "
        f"--service-code {quota.service} --quota-code {quota.code} --desired-value {value:g}"
    )
