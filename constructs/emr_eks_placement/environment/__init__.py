"""The environment: everything that is deployed, or will be."""

from emr_eks_placement.environment.capacity import capacity_of
from emr_eks_placement.environment.environment import Environment
from emr_eks_placement.environment.execution_role import DataAccess, ExecutionRole
from emr_eks_placement.environment.fargate import FargateProfile, FargateSelector
from emr_eks_placement.environment.job_runs import EnvironmentJob, PlacementChoice, StateMachine
from emr_eks_placement.environment.namespace_limits import Quota
from emr_eks_placement.environment.node_pools import NodePool
from emr_eks_placement.environment.nodes import NodeGroup
from emr_eks_placement.environment.platform import Cluster, Network
from emr_eks_placement.environment.schedule import Schedule
from emr_eks_placement.environment.virtual_cluster import VirtualCluster

__all__ = [
    "Cluster",
    "DataAccess",
    "Environment",
    "EnvironmentJob",
    "ExecutionRole",
    "FargateProfile",
    "FargateSelector",
    "Network",
    "NodeGroup",
    "NodePool",
    "PlacementChoice",
    "Quota",
    "Schedule",
    "StateMachine",
    "VirtualCluster",
    "capacity_of",
]
