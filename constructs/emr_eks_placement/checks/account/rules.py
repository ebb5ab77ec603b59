"""Checks what an environment needs of an account besides quotas. Reads nothing itself."""

from collections.abc import Collection, Iterator, Mapping

from emr_eks_placement.checks.check import Check

BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
"""The SSM parameter with the version of the CDK's bootstrap stack (CDK guide, bootstrapping)."""
BOOTSTRAP_VERSION = 6
"""The lowest version with which the stacks deploy: requiresBootstrapStackVersion in the CDK's cloud assembly."""

# EKS guide, VPC and subnet requirements: EKS creates no cluster in these zones. Zone names differ between accounts, ids don't.
_NO_CLUSTER_ZONES = ("use1-az3", "usw1-az2", "cac1-az3")

SERVICE_LINKED_ROLES: Mapping[str, str] = {
    "eks.amazonaws.com": "AWSServiceRoleForAmazonEKS",
    "eks-nodegroup.amazonaws.com": "AWSServiceRoleForAmazonEKSNodegroup",
    "eks-fargate.amazonaws.com": "AWSServiceRoleForAmazonEKSForFargate",
    "emr-containers.amazonaws.com": "AWSServiceRoleForAmazonEMRContainers",
}
"""Service -> the role that it creates with the first cluster, node group, Fargate profile or virtual cluster (guides of
EKS and EMR on EKS, service-linked roles)."""
SPOT_ROLE = ("spot.amazonaws.com", "AWSServiceRoleForEC2Spot")
"""Callers of the Spot API, such as CloudFormation, must create it (EC2 guide, service-linked role for Spot)."""


def check_account(account: str, identity: str, wanted: str | None) -> Check:
    """Checks whether the credentials are for the environment's account. identity: the caller's ARN."""
    if wanted in (None, account):
        return Check("account", "ok", f"{account}, as {identity}")
    fix = "Name the other account's profile (AWS_PROFILE), or correct account"
    return Check("account", "missing", f"the credentials are of {account}, the environment is for {wanted}", fix)


def check_region(region: str, opt_in_status: str | None) -> Check:
    """Checks whether the region is enabled in the account. opt_in_status: of ec2:DescribeRegions; None: EC2 does not
    list the region."""
    if opt_in_status in ("opt-in-not-required", "opted-in"):
        return Check("region", "ok", f"{region} is enabled")
    found = f"{region} is {opt_in_status or 'unknown to EC2'}"
    return Check("region", "missing", found, f"Enable it: aws account enable-region --region-name {region}")


def check_zones(
    wanted: Collection[str],
    zones: Mapping[str, tuple[str, str]],
    *,
    fargate: Collection[str] = (),
    fargate_ids: Collection[str] = (),
) -> Check:
    """Checks whether the account has the zones, and EKS supports them. zones: name -> (state, zone id).

    fargate: zones of Fargate profiles; fargate_ids: ids of the zones where the region has Fargate, empty for all.
    """
    faults = list(_zone_faults(wanted, zones))
    for zone in fargate:
        _, id_ = zones.get(zone, ("", ""))
        if id_ and fargate_ids and id_ not in fargate_ids:
            faults.append(f"{zone} is {id_}, in which Fargate runs no pods")
    if not faults:
        listed = ", ".join(f"{zone} ({zones[zone][1]})" for zone in wanted)
        return Check("zones", "ok", f"{listed} are available")
    usable = [zone for zone, (state, id_) in zones.items() if state == "available" and id_ not in _NO_CLUSTER_ZONES]
    return Check("zones", "missing", "; ".join(faults), f"Choose among {', '.join(sorted(usable)) or 'no zones'}")


def _zone_faults(wanted: Collection[str], zones: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    for zone in wanted:
        state, id_ = zones.get(zone, ("not in this account", ""))
        if state != "available":
            yield f"{zone} is {state}"
        elif id_ in _NO_CLUSTER_ZONES:
            yield f"{zone} is {id_}, in which EKS has no clusters"


def check_instance_types(
    groups: Mapping[str, tuple[Collection[str], Collection[str]]], offered: Collection[tuple[str, str]]
) -> Check:
    """Checks whether each zone of each node group offers one of its instance types.

    groups: node group -> (instance types, zones); offered: (instance type, zone), of ec2:DescribeInstanceTypeOfferings.
    """
    lacking: list[str] = []
    without: list[str] = []
    for name, (types, zones) in groups.items():
        for zone in zones:
            absent = [kind for kind in types if (kind, zone) not in offered]
            if absent:
                text = f"{name}: {zone} does not offer {', '.join(absent)}"
                (without if len(absent) == len(types) else lacking).append(text)
    if without:
        fix = "Choose other instance types, or other zones for the node group"
        return Check("instance-types", "missing", "; ".join([*without, *lacking]), fix)
    if lacking:
        fix = "Choose other instance types; until then EKS picks among the rest"
        return Check("instance-types", "warning", "; ".join(lacking), fix)
    return Check("instance-types", "ok", "every zone of every node group offers its instance types")


def check_service_linked_roles(there: Collection[str], *, spot: bool) -> Check:
    """Checks which service-linked roles exist. spot: whether a node group has Spot capacity."""
    made = [role for role in SERVICE_LINKED_ROLES.values() if role not in there]
    found = f"AWS creates {', '.join(made)} when first needed" if made else "those of EKS and EMR on EKS exist"
    if spot and SPOT_ROLE[1] not in there:
        fix = f"Create it: aws iam create-service-linked-role --aws-service-name {SPOT_ROLE[0]}"
        return Check("service-linked-roles", "warning", f"{SPOT_ROLE[1]} does not exist; {found}", fix)
    return Check("service-linked-roles", "ok", found)


def check_role_names(wanted: Collection[str], there: Collection[str], own: Collection[str]) -> Check:
    """Checks whether other IAM roles already have the names of the environment's roles. own: the roles of its stacks."""
    taken = [name for name in wanted if name in there and name not in own]
    if not taken:
        return Check("role-names", "ok", "no other role has the name of one of the environment's roles")
    fix = "Delete them if nothing uses them, or rename the environment's file or the virtual cluster"
    return Check("role-names", "missing", f"IAM has {', '.join(taken)}, which no stack of the environment created", fix)


def check_bootstrap(version: str | None, region: str, account: str) -> Check:
    """Checks whether the account is bootstrapped for the CDK. version: of the bootstrap stack, None without one."""
    fix = f"Run cdk bootstrap aws://{account}/{region}"
    if version is None:
        return Check("cdk-bootstrap", "missing", f"no CDK bootstrap stack (SSM parameter {BOOTSTRAP_PARAMETER})", fix)
    found = f"the CDK's bootstrap stack has version {version}, {BOOTSTRAP_VERSION} or later is needed"
    if not version.isdigit() or int(version) < BOOTSTRAP_VERSION:
        return Check("cdk-bootstrap", "missing", found, fix)
    return Check("cdk-bootstrap", "ok", found)
