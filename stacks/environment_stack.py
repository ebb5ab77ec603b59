"""What every stack of an environment shares: its name, its account and region, its zones and its tags."""

import os

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from emr_eks_placement.environment import Environment


class EnvironmentStack(cdk.Stack):
    """A stack named <environment>-<part>, in the environment's region and account.

    The account is the environment's, or that of the CDK CLI's credentials, or is left open until the deployment.
    """

    def __init__(self, scope: Construct, part: str, *, environment: Environment, description: str) -> None:
        self._zones = list(environment.zones)
        super().__init__(
            scope,
            f"{environment.name}-{part}",
            env=cdk.Environment(
                account=environment.account or os.environ.get("CDK_DEFAULT_ACCOUNT"), region=environment.region
            ),
            description=description,
            tags=environment.tags,
            suppress_template_indentation=True,  # CloudFormation's limit of 1 MB counts it
        )
        self.removal_policy = (
            cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if environment.retain_data else cdk.RemovalPolicy.DESTROY
        )

    @property
    def availability_zones(self) -> list[str]:
        """The environment's zones; the CDK would otherwise look them up in the account."""
        return self._zones


def pod_execution_role(scope: Construct, environment: Environment) -> iam.IRole | None:
    """Returns the existing role of the environment's Fargate profiles; None if one is created."""
    arn = environment.fargate_pod_execution_role_arn
    return iam.Role.from_role_arn(scope, "PodExecutionRole", arn, mutable=False) if arn else None
