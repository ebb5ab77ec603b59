"""Trust policies of the roles that the CDK's own constructs create: services can assume them for this account only."""

from aws_cdk import Aws, Fn
from aws_cdk import aws_iam as iam
from constructs import IConstruct

from emr_eks_placement.infra.resource import resource_of

_FIRST_CONDITION = (
    "AssumeRolePolicyDocument.Statement.0.Condition"  # the CDK's roles trust one service in one statement
)


def trust_cluster_of_own_account(role: IConstruct) -> None:
    """Lets EKS assume a cluster's role only for clusters of this account and region (EKS guide, confused deputy
    prevention).

    The ARN of a cluster that CloudFormation names is not known when its role is created.
    """
    clusters = Fn.sub("arn:${AWS::Partition}:eks:${AWS::Region}:${AWS::AccountId}:cluster/*")
    resource_of(role, iam.CfnRole).add_property_override(_FIRST_CONDITION, {"ArnLike": {"aws:SourceArn": clusters}})


def trust_functions_of_own_account(scope: IConstruct) -> None:
    """Lets Lambda assume the roles below the scope only for functions of this account (Lambda guide, execution role).

    The condition names only the account, because a function and its role can't name each other.
    """
    own_account = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
    for construct in scope.node.find_all():
        if isinstance(construct, iam.CfnRole):
            construct.add_property_override(_FIRST_CONDITION, own_account)
