"""Gives EMR access to a cluster by the ConfigMap aws-auth."""

from aws_cdk import Aws, CustomResource
from aws_cdk import aws_iam as iam
from constructs import Construct

from emr_eks_placement.facts.emr import KUBERNETES_USER, SERVICE_LINKED_ROLE
from emr_eks_placement.infra.cluster import EksCluster
from emr_eks_placement.infra.emr_functions import LONGEST, emr_function
from emr_eks_placement.infra.existing_cluster import ExistingEksCluster


class EmrIdentityMapping(Construct):
    """Maps EMR's service-linked role to the Kubernetes user emr-containers in aws-auth, and keeps all other entries.

    Create virtual clusters after it. The Role in a virtual cluster's namespace defines what the user may do (EMR on EKS
    guide, manual steps of cluster access). Nodes keep their access: entries in mapRoles remain, and the access entries
    that EKS creates for managed node groups and Fargate profiles take precedence over aws-auth (EKS guide, access
    entries). An access entry can't replace the mapping: EKS refuses one that names a service-linked role. The mapping
    remains after this construct is deleted.

    cluster: with the authentication mode API_AND_CONFIG_MAP or CONFIG_MAP; API does not use aws-auth.
    """

    def __init__(self, scope: Construct, id_: str, *, cluster: EksCluster | ExistingEksCluster) -> None:
        super().__init__(scope, id_)
        kubectl = cluster.kubectl_handler.function_arn
        function = emr_function(
            self,
            "Function",
            module="aws_auth",
            description="Maps EMR's service-linked role in aws-auth, by the kubectl handler",
            statements=[iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[kubectl])],
        )
        mapping = CustomResource(
            self,
            "Resource",
            resource_type="Custom::EmrIdentityMapping",
            service_token=function.function_arn,
            service_timeout=LONGEST,
            properties={
                "ClusterName": cluster.cluster.cluster_name,
                "KubectlHandler": kubectl,
                # Without its path, /aws-service-role/…: aws-auth does not support paths (EMR on EKS guide, cluster access).
                "RoleArn": f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{SERVICE_LINKED_ROLE}",
                "Username": KUBERNETES_USER,
            },
        )
        mapping.node.add_dependency(cluster.kubectl_access)
