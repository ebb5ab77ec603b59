"""A session of the account and region that an environment is deployed to."""

from pathlib import Path
from typing import TYPE_CHECKING

from emr_eks_placement.environment import Environment
from emr_eks_placement.errors import InputError, RuleError, finding

if TYPE_CHECKING:
    from collections.abc import Callable

    import boto3

    OpenSession = Callable[[str | None, str | None], boto3.Session]


def session_of(
    environment: Environment, file: Path, profile: str | None, open_session: "OpenSession | None" = None
) -> "boto3.Session":
    """open_session: `aws_session` unless given.

    Raises InputError without usable credentials, and for those of another account than the file's.
    """
    from emr_eks_placement.aws.account.read import identity  # boto3 is slow to import
    from emr_eks_placement.aws.errors import aws_errors
    from emr_eks_placement.aws.session import aws_session

    session = (open_session or aws_session)(profile, environment.region)
    with aws_errors("AWS credentials", "sts:GetCallerIdentity"):
        account, _arn = identity(session)
    if environment.account not in (None, account):
        rule = f"the environment's account, but the credentials are of {account} (sts:GetCallerIdentity)"
        broken = RuleError(environment.account, rule, "Name the other account's profile (AWS_PROFILE)")
        raise InputError([finding(str(file), broken, path=("account",))])
    return session
