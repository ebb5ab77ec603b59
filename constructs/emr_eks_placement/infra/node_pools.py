"""Node pools: labeled, tainted EC2 nodes that EKS Auto Mode creates when pods wait for them."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from emr_eks_placement.environment import NodePool
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.infra.cluster import AnyCluster, kubernetes_manifest
from emr_eks_placement.infra.network import private_subnets

# A node joins the cluster and pulls images (EKS guide, EKS Auto Mode node IAM role).
_NODE_POLICIES = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")


class NodePools(Construct):
    """The node pools of a cluster by name, `manifests` with a NodePool and a NodeClass each, and their shared
    `node_role`.

    cluster: with EKS Auto Mode, access entries and a kubectl provider, to apply manifests. The deletion of a pool waits
    until its nodes are deleted. If a pool names zones, the VPC must know its zones by name.
    """

    def __init__(self, scope: Construct, id_: str, *, cluster: AnyCluster, pools: Mapping[str, NodePool]) -> None:
        super().__init__(scope, id_)
        self.node_role = iam.Role(
            self,
            "NodeRole",
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(name) for name in _NODE_POLICIES],
        )
        entry = self._access_entry(cluster)
        self.manifests: dict[str, eks.KubernetesManifest] = {}
        for name, settings in pools.items():
            self.manifests[name] = kubernetes_manifest(
                self,
                name,
                cluster=cluster,
                manifest=[self._node_class(name, settings, cluster), _node_pool(name, settings)],
            )
            self.manifests[name].node.add_dependency(entry)

    def _access_entry(self, cluster: AnyCluster) -> eks.CfnAccessEntry:
        """Creates the access entry with which the nodes join (EKS guide, node class access entry)."""
        return eks.CfnAccessEntry(
            self,
            "NodeAccess",
            cluster_name=cluster.cluster_name,
            principal_arn=self.node_role.role_arn,
            type="EC2",
            access_policies=[
                eks.CfnAccessEntry.AccessPolicyProperty(
                    policy_arn=eks.AccessPolicyArn.of("AmazonEKSAutoNodePolicy").policy_arn,
                    access_scope=eks.CfnAccessEntry.AccessScopeProperty(type="cluster"),
                )
            ],
        )

    def _node_class(self, name: str, settings: NodePool, cluster: AnyCluster) -> dict[str, Any]:
        subnets = private_subnets(cluster.vpc, settings.zones).subnet_ids
        return {
            "apiVersion": "eks.amazonaws.com/v1",
            "kind": "NodeClass",
            "metadata": {"name": name},
            "spec": {
                "role": self.node_role.role_name,
                "subnetSelectorTerms": [{"id": subnet} for subnet in subnets],
                # As for nodes of node groups and Fargate pods: driver and executors reach each other anywhere.
                "securityGroupSelectorTerms": [{"id": cluster.cluster_security_group_id}],
                "ephemeralStorage": {"size": f"{settings.disk_gib}Gi"},
            },
        }


def _node_pool(name: str, settings: NodePool) -> dict[str, Any]:
    """Returns the NodePool. Before nodes expire, only those without pods are removed, because a Spark job needs all of
    its pods."""
    requirements = {
        kubernetes.INSTANCE_TYPE: settings.instance_types,
        kubernetes.ARCHITECTURE: [settings.machines[0].kubernetes_architecture],
        kubernetes.POOL_CAPACITY_TYPE: settings.capacity_types,
        **({kubernetes.ZONE: settings.zones} if settings.zones else {}),
    }
    return {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": {"name": name},
        "spec": {
            "template": {
                "metadata": {"labels": dict(settings.labels)},
                "spec": {
                    "nodeClassRef": {"group": "eks.amazonaws.com", "kind": "NodeClass", "name": name},
                    "requirements": [
                        {"key": key, "operator": "In", "values": list(values)} for key, values in requirements.items()
                    ],
                    "taints": [taint.model_dump(exclude_defaults=True) for taint in settings.taints],
                },
            },
            "limits": {"cpu": str(settings.max_vcpus)},
            "disruption": {
                "consolidationPolicy": "WhenEmpty",
                "consolidateAfter": "60s",
                "budgets": [{"nodes": "100%", "reasons": ["Empty"]}, {"nodes": "0", "reasons": ["Drifted"]}],
            },
        },
    }
