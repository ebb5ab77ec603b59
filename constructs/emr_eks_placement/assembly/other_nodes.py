"""Sources of nodes other than managed node groups."""

from collections.abc import Iterator

from emr_eks_placement.assembly.cloud_assembly import Resource
from emr_eks_placement.assembly.values import Resolver
from emr_eks_placement.common.document_field import Field, Unresolved

_AUTO_SCALING_GROUP, _HELM_CHART = "AWS::AutoScaling::AutoScalingGroup", "Custom::AWSCDK-EKS-HelmChart"
KARPENTER_NODES = "Karpenteralso creates nodes"
OTHER_NODE_KINDS = (_AUTO_SCALING_GROUP, _HELM_CHART)
_OWNER_TAG = "kubernetes.io/cluster/"  # followed by the cluster's name: a tag of the instances that join it (EKS guide)


def other_nodes(resource: Resource, resolver: Resolver) -> Iterator[tuple[str, Field]]:
    """Yields a description of the resource and the name of the cluster whose nodes it creates; nothing if it creates
    no nodes."""
    properties = resolver.properties(resource)
    if resource.kind == _AUTO_SCALING_GROUP:
        tags = properties["Tags"]
        for tag in tags.items() if isinstance(tags.value, list) else ():
            cluster = _owner(tag["Key"])
            if cluster is not None:
                yield "self-managed nodes also join it", cluster
    elif any(_is_karpenter(properties[key].known_text()) for key in ("Chart", "Repository")):
        yield KARPENTER_NODES, properties["ClusterName"]


def _owner(key: Field) -> Field | None:
    """Returns the cluster's name, or the reference to it, from the key of such a tag."""
    match key.value:
        case str(text) if text.startswith(_OWNER_TAG):
            return Field(text.removeprefix(_OWNER_TAG), key.path)
        case Unresolved(parts=(str(text), cluster)) if text == _OWNER_TAG:
            return Field(cluster, key.path)
    return None


def _is_karpenter(chart: str | None) -> bool:
    return chart is not None and chart.rpartition("/")[2] == "karpenter"
