"""Sessions and clients with short time-outs and few retries, whose errors name the operation."""

import os
from typing import Any, Literal
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, InvalidEndpointConfigurationError

from emr_eks_placement.aws.answers import ask_at_terminal, check_calls, check_credentials
from emr_eks_placement.aws.errors import aws_errors, name_operation
from emr_eks_placement.common.errors import refused

_HOME_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


def aws_session(
    profile: str | None = None,
    region: str | None = None,
    *,
    attempts: int = 5,
    retry_mode: Literal["standard", "adaptive"] = "standard",
    connect_seconds: float = 3,
    read_seconds: float = 10,
) -> boto3.Session:
    """Returns a session of the profile and the region, or of those that the environment and ~/.aws/config set.

    attempts: of each call, including the first, with botocore's backoff between them; max_attempts of the profile and
    AWS_MAX_ATTEMPTS override it. retry_mode: adaptive also sends fewer calls while AWS throttles (botocore's retries,
    ClientRateLimiter). connect_seconds, read_seconds: time-outs of a connection and of an answer. Raises InputError for
    an unknown profile and for unreadable settings; missing credentials or a missing region show at the first call.
    """
    with aws_errors("AWS settings"):
        core = botocore.session.Session(profile=profile)
        config = Config(
            retries={"mode": retry_mode, "total_max_attempts": _attempts(core) or attempts},
            connect_timeout=connect_seconds,
            read_timeout=read_seconds,
        )
        core.set_default_client_config(config)
        core.get_component("credential_provider").get_provider("assume-role")._prompter = ask_at_terminal
        # As other AWS SDKs do; boto3 reads AWS_DEFAULT_REGION only.
        return boto3.Session(botocore_session=core, region_name=region or os.environ.get("AWS_REGION"))


def _attempts(core: botocore.session.Session) -> int | None:
    """Returns the attempts that the environment or the profile sets."""
    try:
        asked: int | None = core.get_config_variable("max_attempts")
        if asked is None or asked >= 1:
            return asked
    except ValueError:
        pass
    rule = "1 or more tries of a call (AWS SDKs and Tools guide, retry behavior)"
    raise refused(
        "AWS_MAX_ATTEMPTS",
        os.environ.get("AWS_MAX_ATTEMPTS"),
        rule,
        "Correct it, or remove it from environment and profile",
    )


def identity(session: boto3.Session) -> tuple[str, str]:
    """Returns the account id and the ARN of the credentials (sts:GetCallerIdentity). Raises InputError."""
    with aws_errors("AWS credentials", "sts:GetCallerIdentity"):
        caller = client(session, "sts", home_region(session)).get_caller_identity()
    return str(caller["Account"]), str(caller["Arn"])


def home_region(session: boto3.Session) -> str:
    """Returns a region of the partition that every account has, so that it answers even if the session's region is
    disabled."""
    region = str(session.region_name)
    return _HOME_REGIONS.get(session.get_partition_for_region(region), region)


def client(session: boto3.Session, service: str, region: str | None = None) -> Any:
    """Returns a client whose errors name their operation, for `aws_errors`. Raises botocore's BotoCoreError unchanged.

    region: overrides the session's.
    """
    check_credentials(session)
    try:
        made = session.client(service, region_name=region)  # type: ignore[call-overload] # the stubs know services by literal names
        _ = urlsplit(made.meta.endpoint_url).port  # botocore reports an invalid region only at the first call
    except ValueError as error:
        if isinstance(error, BotoCoreError):
            raise
        # For an endpoint that is no URL, for example from AWS_ENDPOINT_URL; botocore's own error for it also has other causes.
        raise InvalidEndpointConfigurationError(msg=str(error)) from None
    check_calls(made, session)
    made.meta.events.register("after-call", name_operation)
    made.meta.events.register("after-call-error", name_operation)
    return made
