"""How the virtual clusters of an environment share Fargate profiles."""

from collections.abc import Container, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Literal

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.environment.fargate import CORE_DNS_PROFILE, FargateProfile, FargateSelector
from emr_eks_placement.environment.virtual_cluster import VirtualCluster
from emr_eks_placement.facts.fargate import MOST_SELECTORS
from emr_eks_placement.job.placement import PLACEMENT_LABEL, Fargate

FargateSharing = Literal["none", "packed", "wildcard"]
Profiles = dict[str, FargateProfile]

_SHARED = "shared"  # the start of the name of a profile that several virtual clusters share


def profiles_of(
    virtual_clusters: Mapping[str, VirtualCluster], sharing: FargateSharing, namespaces: str | None
) -> Profiles:
    """Returns the Fargate profiles of virtual clusters, by name. namespaces: the pattern of wildcard sharing, None for
    all.

    Raises RuleError, with the path in the environment, for two profiles with the same name, and for a namespace that
    the pattern does not match.
    """
    if sharing == "none":
        return _own(virtual_clusters)
    if sharing == "packed":
        return _packed(virtual_clusters)
    return _wildcard(virtual_clusters, namespaces or "*")


def needed_by_sharing(virtual_clusters: Mapping[str, VirtualCluster]) -> dict[FargateSharing, int]:
    """Returns how many profiles the virtual clusters need in each way of sharing, if a pattern matches all their
    namespaces."""
    return {
        "none": sum(len(one.fargate.targets) for one in virtual_clusters.values()),
        "packed": len(_packed(virtual_clusters)),
        "wildcard": len(_wildcard(virtual_clusters, "*")),
    }


def what_fits(
    virtual_clusters: Mapping[str, VirtualCluster], sharing: FargateSharing, namespaces: str | None, own: int, most: int
) -> str:
    """Returns how many of the virtual clusters fit in a cluster with at most so many profiles, and how many profiles
    other ways of sharing need, in words. own: profiles that are not for virtual clusters."""
    names = list(virtual_clusters)

    def count_with(clusters: int) -> int:
        some = {name: virtual_clusters[name] for name in names[:clusters]}
        return own + len(profiles_of(some, sharing, namespaces))

    fitting = max((number for number in range(len(names) + 1) if count_with(number) <= most), default=0)
    needed = needed_by_sharing(virtual_clusters)
    others = [f"{other} {own + number}" for other, number in needed.items() if other != sharing]
    fit = f"the first {fitting} of {len(names)} virtual clusters fit"
    return f"{fit}, and by fargate_sharing they would need: {', '.join(others)}"


def check_names(own: Container[str], of_core_dns: Container[str], of_clusters: Iterable[str]) -> None:
    """Raises RuleError, with the path in the environment, if two of these Fargate profiles have the same name."""
    for name in of_clusters:
        if name in of_core_dns:
            rule = f"its Fargate profile would have the name {name}, as that of CoreDNS does"
            raise RuleError(name, rule, "Rename the virtual cluster", path=("virtual_clusters", name))
        if name in own:
            rule = "a virtual cluster has a Fargate profile with this name"
            raise RuleError(name, rule, "Rename the profile", path=("fargate_profiles", name))
    if CORE_DNS_PROFILE in own and CORE_DNS_PROFILE in of_core_dns:
        rule = "the Fargate profile of CoreDNS has this name"
        raise RuleError(CORE_DNS_PROFILE, rule, "Rename the profile", path=("fargate_profiles", CORE_DNS_PROFILE))


def _own(virtual_clusters: Mapping[str, VirtualCluster]) -> Profiles:
    profiles: Profiles = {}
    for name, virtual_cluster in virtual_clusters.items():
        for zone in virtual_cluster.fargate.targets:
            profile_name = _name(name, zone)
            if profile_name in profiles:
                raise RuleError(
                    name,
                    f"another virtual cluster has a Fargate profile named {profile_name}, from its name and a zone",
                    "Rename the virtual cluster",
                    path=("virtual_clusters", name),
                )
            profiles[profile_name] = _profile((_selector(virtual_cluster.namespace, zone),), zone)
    return profiles


def _packed(virtual_clusters: Mapping[str, VirtualCluster]) -> Profiles:
    """Returns full profiles in the order of the file: a virtual cluster added at the end changes only the last one."""
    selectors: dict[str | None, list[FargateSelector]] = {}
    for virtual_cluster in virtual_clusters.values():
        for zone in virtual_cluster.fargate.targets:
            selectors.setdefault(zone, []).append(_selector(virtual_cluster.namespace, zone))
    return {
        f"{_name(_SHARED, zone)}-{start // MOST_SELECTORS + 1}": _profile(
            tuple(some[start : start + MOST_SELECTORS]), zone
        )
        for zone, some in selectors.items()
        for start in range(0, len(some), MOST_SELECTORS)
    }


def _wildcard(virtual_clusters: Mapping[str, VirtualCluster], namespaces: str) -> Profiles:
    _check_matched(virtual_clusters, namespaces)
    zones = dict.fromkeys(zone for one in virtual_clusters.values() for zone in one.fargate.targets)
    return {_name(_SHARED, zone): _profile((_selector(namespaces, zone),), zone) for zone in zones}


def _check_matched(virtual_clusters: Mapping[str, VirtualCluster], namespaces: str) -> None:
    for name, virtual_cluster in virtual_clusters.items():
        if virtual_cluster.fargate.targets and not fnmatchcase(virtual_cluster.namespace, namespaces):
            raise RuleError(
                virtual_cluster.namespace,
                f"the shared Fargate profiles select namespaces like {namespaces} (fargate_namespaces)",
                "Rename the namespace or widen fargate_namespaces",
                path=("virtual_clusters", name, "namespace"),
            )


def _name(start: str, zone: str | None) -> str:
    return start if zone is None else f"{start}-{zone}"


def _selector(namespace: str, zone: str | None) -> FargateSelector:
    return FargateSelector(namespace=namespace, labels={PLACEMENT_LABEL: Fargate(zone=zone).label_value})


def _profile(selectors: tuple[FargateSelector, ...], zone: str | None) -> FargateProfile:
    return FargateProfile(selectors=selectors, zones=() if zone is None else (zone,))
