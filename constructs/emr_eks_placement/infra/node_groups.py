"""Managed node groups: labeled, tainted EC2 nodes in chosen zones."""

from collections.abc import Mapping
from types import MappingProxyType

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from emr_eks_placement.environment import NodeGroup
from emr_eks_placement.facts.kubernetes import EKS_TAINT_EFFECTS
from emr_eks_placement.infra.cluster import AnyCluster
from emr_eks_placement.infra.network import private_subnets
from emr_eks_placement.job.placement import CAPACITY_TYPE_LABEL_VALUES

# EKS's machine images by architecture and by their drivers (botocore's service model of eks, AMITypes).
_AMI_TYPES = {
    ("x86_64", ""): "AL2023_x86_64_STANDARD",
    ("arm64", ""): "AL2023_ARM_64_STANDARD",
    ("x86_64", "nvidia.com"): "AL2023_x86_64_NVIDIA",
    ("arm64", "nvidia.com"): "AL2023_ARM_64_NVIDIA",
    ("x86_64", "aws.amazon.com"): "AL2023_x86_64_NEURON",
}
# A node joins the cluster, pulls images and gives pods addresses (EKS guide, node IAM role). Jobs have the rights
# of their execution role instead, so all groups can share one role.
_NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy")


class NodeGroups(Construct):
    """The node groups of a cluster by name, `groups`, their `launch_templates`, and their shared `node_role`.

    version: of Kubernetes; by default the cluster's. If a group names zones, the VPC must know its zones by name. tags:
    of the instances and volumes, which do not get the tags of CloudFormation's stack. Nothing here scales a group: a
    cluster autoscaler does, for which EKS tags the group.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        cluster: AnyCluster,
        groups: Mapping[str, NodeGroup],
        version: str | None = None,
        tags: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(scope, id_)
        self.node_role = iam.Role(
            self,
            "NodeRole",
            # Without aws:SourceArn or aws:SourceAccount: it is not documented that EC2 sends them for an instance profile, and
            # nodes without credentials never join.
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(name) for name in _NODE_POLICIES],
        )
        self.launch_templates: dict[str, ec2.CfnLaunchTemplate] = {}
        self.groups: dict[str, eks.CfnNodegroup] = {}
        for name, settings in groups.items():
            self.launch_templates[name] = self._launch_template(name, settings, {"Name": name, **tags})
            self.groups[name] = self._group(name, settings, cluster, version)

    def _launch_template(self, name: str, settings: NodeGroup, tags: Mapping[str, str]) -> ec2.CfnLaunchTemplate:
        template = ec2.CfnLaunchTemplate
        tag_list = [{"key": key, "value": value} for key, value in tags.items()]
        return template(
            self,
            f"{name}-launch-template",
            launch_template_data=template.LaunchTemplateDataProperty(
                # One hop: pods are one hop further away, so they don't get the node role's credentials.
                metadata_options=template.MetadataOptionsProperty(
                    http_tokens="required", http_put_response_hop_limit=1
                ),
                block_device_mappings=[
                    template.BlockDeviceMappingProperty(
                        device_name="/dev/xvda",
                        ebs=template.EbsProperty(
                            encrypted=True, volume_size=settings.disk_gib, volume_type="gp3", delete_on_termination=True
                        ),
                    )
                ],
                tag_specifications=[
                    template.TagSpecificationProperty(resource_type=kind, tags=tag_list)
                    for kind in ("instance", "volume")
                ],
            ),
        )

    def _group(self, name: str, settings: NodeGroup, cluster: AnyCluster, version: str | None) -> eks.CfnNodegroup:
        template = self.launch_templates[name]
        return eks.CfnNodegroup(
            self,
            name,
            cluster_name=cluster.cluster_name,
            node_role=self.node_role.role_arn,
            subnets=private_subnets(cluster.vpc, settings.zones).subnet_ids,
            version=version,
            release_version=settings.release_version,
            force_update_enabled=settings.force_update or None,
            ami_type=_AMI_TYPES[settings.machines[0].architecture, settings.machines[0].device_maker],
            instance_types=list(settings.instance_types),
            capacity_type=CAPACITY_TYPE_LABEL_VALUES[settings.capacity_type],
            scaling_config=eks.CfnNodegroup.ScalingConfigProperty(
                min_size=settings.min_size, desired_size=settings.initial_size, max_size=settings.max_size
            ),
            tags={"Name": name},
            labels=settings.labels or None,
            taints=[
                eks.CfnNodegroup.TaintProperty(
                    key=taint.key, value=taint.value or None, effect=EKS_TAINT_EFFECTS[taint.effect]
                )
                for taint in settings.taints
            ]
            or None,
            # Without its own security groups, a node gets the cluster's, as Fargate pods do: driver and executors
            # reach each other wherever they run.
            launch_template=eks.CfnNodegroup.LaunchTemplateSpecificationProperty(
                id=template.ref, version=template.attr_latest_version_number
            ),
        )
