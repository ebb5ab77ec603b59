"""Fargate profiles: which pods run on Fargate, and in which zones."""

from collections.abc import Mapping

from aws_cdk import CfnTag, Fn
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from emr_eks_placement.environment import FargateProfile, FargateSelector
from emr_eks_placement.infra.cluster import AnyCluster
from emr_eks_placement.infra.network import private_subnets


class FargateProfiles(Construct):
    """The Fargate profiles of a cluster by name, `profiles`, and their shared `pod_execution_role`.

    They run pods in the private subnets of the cluster's VPC, in the zones of a profile if it names any; the VPC must
    then know its zones by name.

    CloudFormation names the profiles, because any change replaces a profile while the old name is still in use. EKS
    creates and deletes one at a time, so each waits for the previous one.

    pod_execution_role: an existing one, which is not changed; by default one is created.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        cluster: AnyCluster,
        profiles: Mapping[str, FargateProfile],
        pod_execution_role: iam.IRole | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.pod_execution_role: iam.IRole = pod_execution_role or self._role(cluster)
        self.profiles: dict[str, eks.CfnFargateProfile] = {}
        previous: eks.CfnFargateProfile | None = None
        for name, settings in profiles.items():
            profile = eks.CfnFargateProfile(
                self,
                name,
                cluster_name=cluster.cluster_name,
                pod_execution_role_arn=self.pod_execution_role.role_arn,
                subnets=private_subnets(cluster.vpc, settings.zones).subnet_ids,
                selectors=[_selector(selector) for selector in settings.selectors],
                tags=[CfnTag(key="Name", value=name)],
            )
            if previous:
                profile.add_resource_dependency(previous)
            self.profiles[name] = previous = profile

    def _role(self, cluster: AnyCluster) -> iam.Role:
        """Creates the role that EKS pulls images with. Only this cluster's profiles may use it (EKS guide, pod
        execution role)."""
        profiles = Fn.sub(
            "arn:${AWS::Partition}:eks:${AWS::Region}:${AWS::AccountId}:fargateprofile/${Cluster}/*",
            {"Cluster": cluster.cluster_name},
        )
        return iam.Role(
            self,
            "PodExecutionRole",
            assumed_by=iam.ServicePrincipal(
                "eks-fargate-pods.amazonaws.com", conditions={"ArnLike": {"aws:SourceArn": profiles}}
            ),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name("AmazonEKSFargatePodExecutionRolePolicy")],
        )


def _selector(selector: FargateSelector) -> eks.CfnFargateProfile.SelectorProperty:
    labels = [eks.CfnFargateProfile.LabelProperty(key=key, value=value) for key, value in selector.labels.items()]
    return eks.CfnFargateProfile.SelectorProperty(namespace=selector.namespace, labels=labels or None)
