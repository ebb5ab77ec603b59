"""The package's own Lambda functions, for actions that CloudFormation can't do itself."""

from collections.abc import Sequence
from pathlib import Path

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from emr_eks_placement.infra.service_roles import trust_functions_of_own_account

_FUNCTIONS = Path(__file__).with_name("functions")
LONGEST = Duration.minutes(15)
"""The longest time that a Lambda function may run."""


def emr_function(
    scope: Construct, id_: str, *, module: str, description: str, statements: Sequence[iam.PolicyStatement]
) -> lambda_.Function:
    """Creates a function of infra/functions/emr_access for a custom resource, with its permissions, for this account
    only."""
    function = lambda_.Function(
        scope,
        id_,
        code=lambda_.Code.from_asset(str(_FUNCTIONS), exclude=["**/__pycache__", "*.pyc"]),
        handler=f"emr_access.{module}.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
        description=description,
        timeout=LONGEST,
        initial_policy=list(statements),
    )
    trust_functions_of_own_account(function)
    return function
