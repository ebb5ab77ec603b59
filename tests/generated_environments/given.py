"""What an environment may be given instead of creating it. Nothing of it exists."""

from collections.abc import Sequence
from random import Random

from tests.generated_environments.choices import Data, maybe

_ACCOUNT = "111122223333"


def given_network(zones: Sequence[str]) -> Data:
    return {
        "vpc_id": "vpc-0123456789abcdef0",
        "subnets": {zone: f"subnet-0123456789abcde{number:02x}" for number, zone in enumerate(zones)},
    }


def given_cluster(chance: Random, region: str) -> Data:
    issuer = f"oidc.eks.{region}.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
    return {
        "name": "analytics",
        "version": "1.35",
        "oidc_provider_arn": f"arn:aws:iam::{_ACCOUNT}:oidc-provider/{issuer}",
        "emr_access": chance.choice(("aws-auth", "cloudformation")),
        **chance.choice(({"security_group_id": "sg-0123456789abcdef0"}, {"endpoint_access": "public"})),
    }


def given_parts(chance: Random, region: str) -> Data:
    """A bucket, a role and a key, each or not."""
    role = f"arn:aws:iam::{_ACCOUNT}:role/fargate-pods"
    return maybe(
        chance,
        0.3,
        bucket=lambda: {"name": "example-spark-jobs", **maybe(chance, 0.5, kms_key_arn=lambda: _key(region))},
        fargate_pod_execution_role_arn=lambda: role,
        encryption=lambda: {"customer_managed_key": True, "kms_key_arn": _key(region)},
    )


def given_to_team(chance: Random, name: str, settings: Data) -> Data:
    """A virtual cluster's settings with its namespace, log group and roles, each given or not."""
    settings = dict(settings)
    if chance.random() < 0.3:
        settings = {key: value for key, value in settings.items() if key not in ("quota", "pod_security")}
        settings["existing_namespace"] = True
    if chance.random() < 0.3:
        settings["logs"] = {"log_group": f"/spark/{name}"}
    if chance.random() < 0.3:
        settings = {key: value for key, value in settings.items() if key != "data_access"}
        settings["execution_role_arn"] = f"arn:aws:iam::{_ACCOUNT}:role/{name}"
    if "execution_roles" in settings and chance.random() < 0.5:
        settings["execution_roles"] = {"audit": {"execution_role_arn": f"arn:aws:iam::{_ACCOUNT}:role/{name}-audit"}}
    return settings


def _key(region: str) -> str:
    return f"arn:aws:kms:{region}:{_ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
