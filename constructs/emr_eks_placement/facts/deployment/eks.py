"""What CloudFormation calls for EKS clusters, what belongs to them, and EMR on EKS."""

from collections.abc import Mapping

from emr_eks_placement.facts.deployment.grants import (
    OF_STACK,
    Condition,
    Grant,
    arn,
    grant,
    passed_to,
    role,
)
from emr_eks_placement.facts.emr import OWNER_TAG, SERVICE_LINKED_ROLE

_EKS, _NODES, _FARGATE = "eks.amazonaws.com", "eks-nodegroup.amazonaws.com", "eks-fargate.amazonaws.com"
_CLUSTER = arn("eks", "cluster/{ClusterName}")
_ACCESS_ENTRIES = arn("eks", "access-entry/{ClusterName}/*")
_NODE_GROUPS = arn("eks", "nodegroup/{ClusterName}/*")
_PROFILES = arn("eks", "fargateprofile/{ClusterName}/*")
_VIRTUAL_CLUSTERS = arn("emr-containers", "/virtualclusters/*")
_JOB_TEMPLATES = arn("emr-containers", "/jobtemplates/*")
_EMR_ENTRY = arn("eks", f"access-entry/{{ContainerProvider.Id}}/role/{{account}}/{SERVICE_LINKED_ROLE}/*")
# What EKS launches nodes with, as it tries whoever makes a node group of a launch template may (EKS guide, launch templates).
_LAUNCHED = ("instance", "launch-template", "network-interface", "security-group", "subnet", "volume")
# EKS Auto Mode's nodes have instance profiles of such names (managed policy AmazonEKSComputePolicy).
_INSTANCE_PROFILES = "arn:{partition}:iam::{account}:instance-profile/eks*"
_PROFILE_OF_NODES = (
    "AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile GetInstanceProfile"
    " RemoveRoleFromInstanceProfile TagInstanceProfile"
)
_IMAGES = "arn:{partition}:ec2:{region}::image/*"


def _linked_role(service: str) -> str:
    """A handler that asks for iam:GetRole looks at the role that it passes and whether the service has its own."""
    return role(f"aws-service-role/{service}/*")


def _makes_linked_role(service: str) -> Grant:
    """A service makes its service-linked role with the rights of whoever first needs it (IAM guide)."""
    of_service = Condition("StringEquals", "iam:AWSServiceName", (service,))
    return grant("iam", "CreateServiceLinkedRole", _linked_role(service), condition=of_service)


# EMR lets itself into the namespace with the rights of whoever makes or deletes the virtual cluster (EMR on EKS guide,
# enable cluster access using EKS access entries), and makes its service-linked role with them.
_EMR_ENTERS = (
    grant("eks", "CreateAccessEntry", arn("eks", "cluster/{ContainerProvider.Id}")),
    grant(
        "eks",
        "AssociateAccessPolicy DeleteAccessEntry DescribeAccessEntry DisassociateAccessPolicy"
        " ListAssociatedAccessPolicies",
        _EMR_ENTRY,
    ),
    _makes_linked_role("emr-containers.amazonaws.com"),
)
CALLER_OF_EMR: tuple[Grant, ...] = (
    grant("emr-containers", "CreateVirtualCluster ListVirtualClusters"),
    grant("emr-containers", "DescribeVirtualCluster TagResource UntagResource", _VIRTUAL_CLUSTERS),
    grant(
        "emr-containers",
        "DeleteVirtualCluster",
        _VIRTUAL_CLUSTERS,
        condition=Condition("StringLike", f"aws:ResourceTag/{OWNER_TAG}", ("{stack}/*",)),
    ),
    # Not in the guide's list: for EMR to read the cluster's authentication mode with, should it not use its own role.
    grant("eks", "DescribeCluster", arn("eks", "cluster/{ContainerProvider.Id}")),
    *_EMR_ENTERS,
)
"""What whoever manages a cluster's virtual clusters by EMR's API calls, or lets EMR call; deletes those of its stack alone."""

EKS: Mapping[str, tuple[Grant, ...]] = {
    "AWS::EKS::Cluster": (
        grant("eks", "CreateCluster"),
        grant(
            "eks",
            "CreateAccessEntry DeleteCluster DescribeCluster DescribeUpdate TagResource UntagResource UpdateClusterConfig"
            " UpdateClusterVersion",
            arn("eks", "cluster/{name}"),
        ),
        grant("ec2", "DescribeSubnets DescribeVpcs"),
        grant("kms", "CreateGrant DescribeKey", arn("kms", "key/{EncryptionConfig.Provider.KeyArn}")),
        grant("iam", "GetRole", role("{RoleArn}"), _linked_role(_EKS)),
        grant("iam", "ListAttachedRolePolicies", role("{RoleArn}")),
        grant("iam", _PROFILE_OF_NODES, _INSTANCE_PROFILES, when="ComputeConfig.Enabled"),
        grant("iam", "PassRole", role("{RoleArn}"), condition=passed_to(_EKS)),
        _makes_linked_role(_EKS),
    ),
    "AWS::EKS::Addon": (
        grant("eks", "CreateAddon DescribeUpdate", _CLUSTER),
        grant(
            "eks",
            "DeleteAddon DescribeAddon DescribeUpdate TagResource UntagResource UpdateAddon",
            arn("eks", "addon/{ClusterName}/*"),
        ),
    ),
    "AWS::EKS::AccessEntry": (
        grant("eks", "CreateAccessEntry", _CLUSTER),
        grant(
            "eks",
            "AssociateAccessPolicy DeleteAccessEntry DescribeAccessEntry DisassociateAccessPolicy"
            " ListAssociatedAccessPolicies TagResource UntagResource UpdateAccessEntry",
            _ACCESS_ENTRIES,
        ),
    ),
    "AWS::EKS::Nodegroup": (
        # An update of a node group is one of its cluster's too; on which of them IAM is asked is not documented.
        grant("eks", "CreateNodegroup DescribeUpdate ListUpdates", _CLUSTER),
        grant(
            "eks",
            "DeleteNodegroup DescribeNodegroup DescribeUpdate ListUpdates TagResource UntagResource"
            " UpdateNodegroupConfig UpdateNodegroupVersion",
            _NODE_GROUPS,
        ),
        grant(
            "ec2",
            "DescribeLaunchTemplateVersions DescribeLaunchTemplates DescribeRouteTables DescribeSecurityGroups"
            " DescribeSubnets DescribeVpcs",
        ),
        grant("ec2", "RunInstances", *(arn("ec2", f"{kind}/*") for kind in _LAUNCHED), _IMAGES),
        grant("ec2", "CreateTags DeleteTags", *(arn("ec2", f"{kind}/*") for kind in ("instance", "volume"))),
        grant("iam", "GetRole", role("{NodeRole}"), _linked_role(_NODES)),
        grant("iam", "ListAttachedRolePolicies", role("{NodeRole}")),
        # Passed to EKS, which gives it to the nodes (EKS guide, identity-based policies; EC2 as the role's own trust).
        grant("iam", "PassRole", role("{NodeRole}"), condition=passed_to(_EKS, "ec2.amazonaws.com")),
        _makes_linked_role(_NODES),
    ),
    "AWS::EKS::FargateProfile": (
        grant("eks", "CreateFargateProfile", _CLUSTER),
        grant("eks", "DeleteFargateProfile DescribeFargateProfile TagResource UntagResource", _PROFILES),
        grant("iam", "GetRole", role("{PodExecutionRoleArn}"), _linked_role(_FARGATE)),
        grant(
            "iam",
            "PassRole",
            role("{PodExecutionRoleArn}"),
            condition=passed_to(_EKS, "eks-fargate-pods.amazonaws.com"),
        ),
        _makes_linked_role(_FARGATE),
    ),
    "AWS::EMRContainers::VirtualCluster": (
        grant("emr-containers", "CreateVirtualCluster"),
        grant(
            "emr-containers", "DescribeVirtualCluster ListTagsForResource TagResource UntagResource", _VIRTUAL_CLUSTERS
        ),
        grant("emr-containers", "DeleteVirtualCluster", _VIRTUAL_CLUSTERS, condition=OF_STACK),
        *_EMR_ENTERS,
    ),
    # Not tagged with its stack: the registry's schema takes no tags of CloudFormation's own.
    "AWS::EMRContainers::JobTemplate": (
        grant("emr-containers", "CreateJobTemplate"),
        grant(
            "emr-containers",
            "DeleteJobTemplate DescribeJobTemplate ListTagsForResource TagResource UntagResource",
            _JOB_TEMPLATES,
        ),
    ),
}
