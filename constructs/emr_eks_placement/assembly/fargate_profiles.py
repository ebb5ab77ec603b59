"""Fargate profiles of an assembly."""

from emr_eks_placement.assembly.clusters import Cluster
from emr_eks_placement.assembly.network import Subnet, subnets_of, zones_of
from emr_eks_placement.assembly.values import Resolver
from emr_eks_placement.common.document_field import Field
from emr_eks_placement.scheduling.capacity import UNKNOWN_ZONE, FargateProfileCapacity, PodSelector


def read_fargate_profile(profile: Field, cluster: Cluster, resolver: Resolver) -> FargateProfileCapacity:
    """Returns the profile that the resolved properties describe. Raises RuleError for a malformed value, and for one
    that is known only at deployment."""
    own = profile.either("Subnets", "subnets")
    subnets = _private(cluster.subnets) if own.value is None else subnets_of(own, resolver)
    selectors = profile.either("Selectors", "selectors")
    if not selectors.value:
        raise selectors.refused("a Fargate profile has selectors (EKS CreateFargateProfile)", "Add one or more")
    return FargateProfileCapacity(
        selectors=tuple(_selector(one) for one in selectors.items()),
        zones=zones_of(subnets) or (UNKNOWN_ZONE,),
        deployed_name=profile.either("FargateProfileName", "fargateProfileName").known_text(),
    )


def _private(subnets: list[Subnet]) -> list[Subnet]:
    """Returns the private subnets, which EKS uses for a profile without subnets; all subnets if it is unknown which are
    private."""
    if any(subnet.is_private is None for subnet in subnets):
        return subnets
    return [subnet for subnet in subnets if subnet.is_private] or subnets


def _selector(selector: Field) -> PodSelector:
    return PodSelector(selector.either("Namespace", "namespace").text(), _labels(selector.either("Labels", "labels")))


def _labels(labels: Field) -> dict[str, str]:
    """Reads labels from a list of keys and values (CloudFormation) or a mapping (the CDK's custom resource)."""
    if isinstance(labels.value, list):
        return {one["Key"].text(): one["Value"].text() for one in labels.items()}
    return {key: value.text() for key, value in labels.entries().items()}
