"""CDK constructs: network, EKS cluster, node groups, node pools, Fargate profiles, virtual clusters and job runs."""

from emr_eks_placement.infra.cluster import AnyCluster, EksCluster
from emr_eks_placement.infra.emr_identity_mapping import EmrIdentityMapping
from emr_eks_placement.infra.encryption_key import EncryptionKey
from emr_eks_placement.infra.existing_cluster import ExistingEksCluster
from emr_eks_placement.infra.fargate import FargateProfiles
from emr_eks_placement.infra.flow_logs import FlowLogs
from emr_eks_placement.infra.interface_endpoints import InterfaceEndpoints
from emr_eks_placement.infra.job_bucket import JobBucket
from emr_eks_placement.infra.job_execution_role import JobExecutionRole
from emr_eks_placement.infra.job_runs import JobRuns
from emr_eks_placement.infra.network import Network
from emr_eks_placement.infra.network_addons import NetworkAddons
from emr_eks_placement.infra.node_groups import NodeGroups
from emr_eks_placement.infra.node_pools import NodePools
from emr_eks_placement.infra.placement_checks import PlacementChecks
from emr_eks_placement.infra.virtual_cluster import EmrVirtualCluster
from emr_eks_placement.infra.virtual_cluster_handler import VirtualClusterHandler

__all__ = [
    "AnyCluster",
    "EksCluster",
    "EmrIdentityMapping",
    "EmrVirtualCluster",
    "EncryptionKey",
    "ExistingEksCluster",
    "FargateProfiles",
    "FlowLogs",
    "InterfaceEndpoints",
    "JobBucket",
    "JobExecutionRole",
    "JobRuns",
    "Network",
    "NetworkAddons",
    "NodeGroups",
    "NodePools",
    "PlacementChecks",
    "VirtualClusterHandler",
]
