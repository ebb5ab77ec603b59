"""CloudFormation's calls for EKS clusters, their parts, and EMR on EKS."""

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
# EKS tries whether the caller may launch nodes when it creates a node group from a launch template (EKS guide, launch templates).
_LAUNCHED = ("instance", "launch-template", "network-interface", "security-group", "subnet", "volume")
# Names of the instance profiles of EKS Auto Mode's nodes (managed policy AmazonEKSComputePolicy).
_INSTANCE_PROFILES = "arn:{partition}:iam::{account}:instance-profile/eks*"
_PROFILE_OF_NODES = (
    "AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile GetInstanceProfile"
    " RemoveRoleFromInstanceProfile TagInstanceProfile"
)
_IMAGES = "arn:{partition}:ec2:{region}::image/*"


def _linked_role(service: str) -> str:
    """Returns grants for a handler with iam:GetRole, which reads the passed role and looks for the service-linked role."""
    return role(f"aws-service-role/{service}/*")


def _makes_linked_role(service: str) -> Grant:
    """Returns the grant to create a service-linked role: a service creates it with the rights of its first user (IAM
    guide)."""
    of_service = Condition("StringEquals", "iam:AWSServiceName", (service,))
    return grant("iam", "CreateServiceLinkedRole", _linked_role(service), condition=of_service)


# EMR gets into the namespace with the rights of the user who creates or deletes the virtual cluster (EMR on EKS guide,
# enable cluster access using EKS access entries), and creates its service-linked role with them.
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
    # Not in the guide's list: EMR may read the cluster's authentication mode with these rights instead of its own role.
    grant("eks", "DescribeCluster", arn("eks", "cluster/{ContainerProvider.Id}")),
    *_EMR_ENTERS,
)
"""The rights of a caller who manages a cluster's virtual clusters with EMR's API; deletions are limited to the stack's
own."""

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
        # An update of a node group also updates its cluster; the resource that IAM checks is not documented.
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
        # Passed to EKS, which gives it to the nodes (EKS guide, identity-based policies; EC2 in the role's trust policy).
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
    # Has no tag of its stack: the registry's schema does not allow CloudFormation's own tags.
    "AWS::EMRContainers::JobTemplate": (
        grant("emr-containers", "CreateJobTemplate"),
        grant(
            "emr-containers",
            "DeleteJobTemplate DescribeJobTemplate ListTagsForResource TagResource UntagResource",
            _JOB_TEMPLATES,
        ),
    ),
}
