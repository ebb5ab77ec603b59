"""The account's quotas that a deployment meets, by their codes in Service Quotas, and whether they are high enough."""

from dataclasses import dataclass

from emr_eks_placement.checks.account.needs import AccountNeeds
from emr_eks_placement.checks.check import Check
from emr_eks_placement.job.placement import CapacityType


@dataclass(frozen=True)
class Quota:
    """A quota of a region: its service and code in Service Quotas (botocore's service model of service-quotas)."""

    service: str
    code: str
    what: str

    def allows(self, value: float) -> str:
        """What the account may have, as messages say it."""
        return f"{value:g} {self.what} allowed ({self.code})"

    def request(self, region: str, value: float) -> str:
        """The command that asks AWS for a higher value."""
        return (
            f"Ask for more: aws service-quotas request-service-quota-increase --region {region} "
            f"--service-code {self.service} --quota-code {self.code} --desired-value {value:g}"
        )


# Amazon VPC quotas, EC2 endpoints and quotas, EKS service quotas, Fargate service quotas (AWS General Reference).
VPCS = Quota("vpc", "L-F678F1CE", "VPCs")
ELASTIC_IPS = Quota("ec2", "L-0263D0A3", "Elastic IP addresses")
CLUSTERS = Quota("eks", "L-1194D53C", "EKS clusters")
FARGATE_VCPUS = Quota("fargate", "L-3032A538", "Fargate On-Demand vCPU")
FARGATE_PROFILES = Quota("eks", "L-33415657", "Fargate profiles per cluster")
NODE_VCPUS: dict[CapacityType, Quota] = {
    "on-demand": Quota("ec2", "L-1216C47A", "vCPU of On-Demand Standard instances"),
    "spot": Quota("ec2", "L-34B43A08", "vCPU of Standard Spot instances"),
}


def check_count(name: str, quota: Quota, region: str, *, value: float, used: int, needed: int) -> Check:
    """Whether a region has room for the `needed` things that are still to be made, `used` being there already."""
    found = f"{quota.allows(value)}, {used} there, {needed} more needed"
    if used + needed <= value or not needed:
        return Check(name, "ok", found)
    return Check(name, "missing", found, f"Delete what is not used. {quota.request(region, used + needed)}")


def check_fargate_vcpus(needs: AccountNeeds, region: str, value: float, planned_with: int) -> Check:
    """Whether the largest run of the environment fits, and whether plans count with no more than there is.

    planned_with: fargate_vcpus of the environment.
    """
    run = f", the largest run, {needs.fargate_run}, takes {needs.fargate_vcpus:g}" if needs.fargate_run else ""
    found = FARGATE_VCPUS.allows(value) + run
    if needs.fargate_vcpus > value:
        mend = FARGATE_VCPUS.request(region, needs.fargate_vcpus)
        return Check("fargate-vcpus", "missing", found, mend)
    if planned_with > value:
        mend = f"Write fargate_vcpus: {value:g}. {FARGATE_VCPUS.request(region, planned_with)}"
        return Check("fargate-vcpus", "warning", f"{found}; plans count with {planned_with}", mend)
    counted = f"; plans count with {planned_with} (fargate_vcpus)" if planned_with < value else ""
    return Check("fargate-vcpus", "ok", found + counted)


def check_fargate_profiles(profiles: int, region: str, value: float, planned_with: int) -> Check | None:
    """Whether the cluster may have the environment's profiles; None where it has none.

    planned_with: fargate_profile_quota of the environment, which its later profiles are held to.
    """
    name, found = "fargate-profile-quota", f"{FARGATE_PROFILES.allows(value)}, the environment has {profiles}"
    if not profiles:
        return None
    if profiles > value:
        return Check(name, "missing", found, FARGATE_PROFILES.request(region, profiles))
    if planned_with > value:
        mend = f"Write fargate_profile_quota: {value:g}. {FARGATE_PROFILES.request(region, planned_with)}"
        return Check(name, "warning", f"{found}; the file counts with {planned_with}", mend)
    return Check(name, "ok", found)


def check_node_vcpus(needs: AccountNeeds, region: str, capacity_type: CapacityType, value: float) -> Check:
    """Whether the node groups can start, and whether they can grow to their highest number of nodes.

    Nothing is said of instances that run beside them: they count too.
    """
    quota, name = NODE_VCPUS[capacity_type], f"{capacity_type}-vcpus"
    first, most = needs.node_vcpus[capacity_type]
    found = f"{quota.allows(value)}, the node groups start with {first} and grow to {most}"
    if first > value:
        return Check(name, "missing", found, quota.request(region, most))
    if most > value:
        return Check(name, "warning", found, f"Lower max_size. {quota.request(region, most)}")
    return Check(name, "ok", found)
