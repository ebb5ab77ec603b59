"""The environment of --environment, and a session of the account and region that it is deployed to."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from emr_eks_placement.common.errors import InputError, RuleError, finding
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment_file import load_environment

if TYPE_CHECKING:
    from collections.abc import Callable

    import boto3

    OpenSession = Callable[[str | None, str | None], boto3.Session]


def environment_of(options: argparse.Namespace) -> Environment:
    """Raises InputError for what `load_environment` refuses, and for a --region that is not the environment's."""
    environment = load_environment(options.environment)
    check_region(environment, options)
    return environment


def check_region(environment: Environment, options: argparse.Namespace) -> None:
    """Raises InputError for a --region that is not the environment's."""
    if options.region not in (None, environment.region):
        rule = f"the region of {options.environment} is {environment.region}"
        broken = RuleError(options.region, rule, "Leave it out, or name the file of an environment there")
        raise InputError([finding("--region", broken)])


def session_of(
    environment: Environment, file: Path, profile: str | None, open_session: "OpenSession | None" = None
) -> "boto3.Session":
    """open_session: `aws_session` unless given.

    Raises InputError without usable credentials, and for those of another account than the file's.
    """
    from emr_eks_placement.aws.session import (
        aws_session,  # boto3 is slow to import
        identity,  # boto3 is slow to import
    )

    session = (open_session or aws_session)(profile, environment.region)
    account, _arn = identity(session)
    if environment.account not in (None, account):
        rule = f"the environment's account, but the credentials are of {account} (sts:GetCallerIdentity)"
        broken = RuleError(environment.account, rule, "Name the other account's profile (AWS_PROFILE)")
        raise InputError([finding(str(file), broken, path=("account",))])
    return session
