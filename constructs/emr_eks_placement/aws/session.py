"""Sessions and clients for reading an account: few, short tries, and errors that name their operation."""

import os
from typing import Any, Literal
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, InvalidEndpointConfigurationError

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
    """A session of the profile and the region, or of what the environment and ~/.aws/config choose.

    attempts: of each call, the first included, with botocore's backoff between them; max_attempts of the profile and
    AWS_MAX_ATTEMPTS say otherwise. retry_mode: adaptive also sends less
    as long as AWS throttles (botocore's retries, ClientRateLimiter). connect_seconds,
    read_seconds: how long each may wait for a connection and for an answer. Raises InputError for an unknown profile and
    for settings that can't be read; credentials and a missing region show at the first call.
    """
    with aws_errors("AWS settings"):
        core = botocore.session.Session(profile=profile)
        config = Config(
            retries={"mode": retry_mode, "total_max_attempts": _attempts(core) or attempts},
            connect_timeout=connect_seconds,
            read_timeout=read_seconds,
        )
        core.set_default_client_config(config)
        # As other AWS SDKs do; boto3 reads AWS_DEFAULT_REGION only.
        return boto3.Session(botocore_session=core, region_name=region or os.environ.get("AWS_REGION"))


def _attempts(core: botocore.session.Session) -> int | None:
    """Those that the environment or the profile asks for."""
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
    """The account that the credentials are of, and the ARN of who has them. Raises InputError (sts:GetCallerIdentity)."""
    with aws_errors("AWS credentials", "sts:GetCallerIdentity"):
        caller = client(session, "sts", home_region(session)).get_caller_identity()
    return str(caller["Account"]), str(caller["Arn"])


def home_region(session: boto3.Session) -> str:
    """A region of the session's partition that every account has: it answers even where the session's region is disabled."""
    region = str(session.region_name)
    return _HOME_REGIONS.get(session.get_partition_for_region(region), region)


def client(session: boto3.Session, service: str, region: str | None = None) -> Any:
    """A client whose errors name their operation, for `aws_errors`. Raises botocore's BotoCoreError as it comes.

    region: instead of the session's.
    """
    try:
        made = session.client(service, region_name=region)  # type: ignore[call-overload] # the stubs know services by literal names
        _ = urlsplit(made.meta.endpoint_url).port  # botocore would fail of a bad one only at the first call
    except ValueError as error:
        if isinstance(error, BotoCoreError):
            raise
        # For an endpoint that is no URL, as AWS_ENDPOINT_URL may name; botocore has an error for it, but for other causes.
        raise InvalidEndpointConfigurationError(msg=str(error)) from None
    made.meta.events.register("after-call", name_operation)
    made.meta.events.register("after-call-error", name_operation)
    return made
