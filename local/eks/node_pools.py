"""The node pools that manifests created in the Kubernetes API, as EKS Auto Mode understands them."""

from emr_eks_placement.common.document_field import Field
from emr_eks_placement.kubernetes_objects.node_pools import class_name_of, is_node_pool, read_node_pool, subnet_ids_of
from emr_eks_placement.scheduling.capacity import NodePoolCapacity
from local.eks.cluster import DeployedCluster
from local.kubernetes import RecordingKubernetesApi


def node_pools(api: RecordingKubernetesApi, cluster: DeployedCluster) -> dict[str, NodePoolCapacity]:
    """Returns the understood node pools, by name. Subnets are those that a node class names by id."""
    classes = {one["metadata"]["name"]: Field(one) for one in api.objects("nodeclasses")}
    found: dict[str, NodePoolCapacity] = {}
    for pool in filter(is_node_pool, map(Field, api.objects("nodepools"))):
        node_class = classes.get(class_name_of(pool))
        subnets = [one.text() for one in subnet_ids_of(node_class).items()]
        read = read_node_pool(pool, node_class, cluster.zones_of(subnets))
        if not isinstance(read, str):
            found[read.name] = read
    return found
