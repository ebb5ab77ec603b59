"""The result of a check of an account or a deployed environment, and the names of all checks."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

State = Literal["ok", "warning", "missing", "not checked"]

_SHARED: Mapping[str, str] = {
    "account": "The credentials belong to the environment's `account`.",
    "region": "The region is enabled.",
    "fargate-vcpus": "The quota of Fargate vCPU (L-3032A538) covers the largest run, and is not below `fargate_vcpus`.",
    "fargate-profile-quota": "The quota of Fargate profiles (L-33415657) covers the environment's, and is not below "
    "`fargate_profile_quota`.",
    "on-demand-vcpus": "The quota of On-Demand vCPU (L-1216C47A) covers the node groups and node pools at their largest.",
    "spot-vcpus": "The quota of Spot vCPU (L-34B43A08) covers the node groups and node pools at their largest.",
}
SHARED_CHECKS = tuple(_SHARED)
"""The checks that check-account and doctor share."""

_FIRST = {
    **{name: _SHARED[name] for name in ("account", "region")},
    "stacks": "Which stacks of the environment exist: what they have is not needed again.",
    "existing": "The subnets, the cluster and the bucket that the file names exist, and fit.",
    "given-keys": "The KMS keys that the file names exist and are enabled.",
    "given-roles": "The IAM roles that the file names exist.",
    "given-log-groups": "The log groups that the file names exist.",
    "zones": "The account has the zones, and EKS and Fargate take them.",
    "instance-types": "The zones offer the instance types of node groups and node pools.",
    "vpcs": "The quota of VPCs (L-F678F1CE) has room.",
    "elastic-ips": "The quota of Elastic IP addresses (L-0263D0A3) has room.",
    "eks-clusters": "The quota of EKS clusters (L-1194D53C) has room.",
    "emr-on-eks": "EMR on EKS answers in the region.",
    **{name: text for name, text in _SHARED.items() if name not in ("account", "region")},
    "service-linked-roles": "EKS, EMR on EKS and Spot have their service-linked roles, or AWS creates them when needed.",
    "role-names": "No other IAM role has the name of one that the environment creates.",
    "cdk-bootstrap": "The CDK's bootstrap stack exists, in version 6 or later.",
}
ACCOUNT_CHECKS: Mapping[str, str] = MappingProxyType(_FIRST)
"""The checks of check-account in order, and what each checks."""

DEPLOYMENT_CHECKS: Mapping[str, str] = MappingProxyType(
    {
        **_SHARED,
        "stacks": "Each stack exists, and its last deployment succeeded.",
        "cluster": "The cluster is ACTIVE without health issues, in the authentication mode that EMR needs.",
        "node-groups": "Each node group is ACTIVE without health issues.",
        "fargate-profiles": "Each Fargate profile is ACTIVE without health issues.",
        "access-entries": "The roles of nodes and of Fargate have an access entry, so that nodes can join.",
        "oidc-provider": "IAM has the cluster's OIDC provider for sts.amazonaws.com, so that pods get their role.",
        "capacity": "Kubernetes version, node groups and Fargate profiles are those of the file, as `define` and `plan` assume.",
        "kubernetes-objects": "Node pools, quotas and Pod Security levels in the cluster are those of the file.",
        "virtual-clusters": "Each virtual cluster is RUNNING, on this cluster, in the file's namespace.",
        "namespaces": "The cluster has each namespace.",
        "emr-access": "EMR may read each namespace, by its access entry or by aws-auth and a Role.",
        "definitions": "The SSM parameters hold what `define` writes for the file: runs start from them.",
        "files": "Entry points, uploaded files and pod templates of the deployed definitions are in S3.",
        "bucket": "The bucket exists and blocks all public access.",
        "log-groups": "The log groups of the definitions exist.",
        "execution-roles": "The trust policies of the execution roles admit EMR's service accounts in each namespace.",
        "pod-execution-role": "The trust policy of Fargate's role admits each Fargate profile.",
        "permissions": "IAM's policy simulator allows the calls that jobs make with their execution roles.",
        "addresses": "The subnets have free addresses for the largest run.",
    }
)
"""The checks of doctor in order, and what each checks."""


@dataclass(frozen=True)
class Check:
    """The result of one check, and the fix if it is not ok.

    state: `missing` means that the deployment or a job fails, `warning` that it may fail, `not checked` that the
    account did not answer.
    """

    name: str
    state: State
    found: str
    fix: str = ""
