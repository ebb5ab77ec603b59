"""What the emulated account holds: clusters, networks, roles, buckets, log groups."""

import contextlib
import json
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any

from local.aws.ministack import names

Record = dict[str, Any]
_CALLER: ContextVar[str | None] = ContextVar("caller", default=None)  # an access key


def account_id() -> str:
    """Returns the account of the current request."""
    return str(names.responses.get_account_id())


def region() -> str:
    """Returns the region of the current request."""
    return str(names.responses.get_region())


def cluster(name: str) -> Record | None:
    """Returns the record of an EKS cluster, in the shape of DescribeCluster."""
    found: Record | None = names.eks._clusters.get(name)
    return found


def node_group(cluster_name: str, name: str) -> Record | None:
    """Returns the record of a managed node group, in the shape of DescribeNodegroup."""
    found: Record | None = names.eks._nodegroups.get(f"{cluster_name}/{name}")
    return found


def node_groups_of(cluster_name: str) -> list[str]:
    """Returns the names of a cluster's managed node groups."""
    return [key.split("/", 1)[1] for key in names.eks._nodegroups if key.startswith(f"{cluster_name}/")]


def subnet(subnet_id: str) -> Record | None:
    """Returns the record of a subnet, in the shape of DescribeSubnets."""
    found: Record | None = names.ec2._subnets.get(subnet_id)
    return found


def launch_template_version(specification: Mapping[str, str]) -> Record | None:
    """Returns the version that EKS's LaunchTemplateSpecification names, in the shape of DescribeLaunchTemplateVersions."""
    for template in names.ec2._launch_templates.values():
        if specification.get("id", specification.get("name")) in (
            template["LaunchTemplateId"],
            template["LaunchTemplateName"],
        ):
            aliases = {"$Default": template["DefaultVersionNumber"], "$Latest": template["LatestVersionNumber"]}
            wanted = specification.get("version", "$Default")
            number = str(aliases.get(wanted, wanted))
            return next((found for found in template["Versions"] if str(found["VersionNumber"]) == number), None)
    return None


def security_group(group_id: str) -> Record | None:
    """Returns the record of a security group, in the shape of DescribeSecurityGroups."""
    found: Record | None = names.ec2._security_groups.get(group_id)
    return found


def is_public_subnet(subnet_id: str) -> bool:
    """Returns whether the subnet's route table leads to an internet gateway."""
    for table in names.ec2._route_tables.values():
        if any(association.get("SubnetId") == subnet_id for association in table.get("Associations", [])):
            return any(str(route.get("GatewayId", "")).startswith("igw-") for route in table.get("Routes", []))
    return False


def role(arn: str) -> Record | None:
    """Returns the IAM role of this account with exactly this ARN."""
    found: Record | None = names.iam._roles.get(arn.rsplit("/", 1)[-1])
    return found if found and found["Arn"] == arn else None


def trust_policy(role_record: Mapping[str, Any]) -> Record:
    """Returns a role's trust policy as a document."""
    document = role_record["AssumeRolePolicyDocument"]
    if isinstance(document, str):
        document = json.loads(urllib.parse.unquote(document))
    return dict(document)


def trusts_service(role_record: Mapping[str, Any], service: str) -> bool:
    """Returns whether a role's trust policy names an AWS service, ignoring its conditions."""
    for statement in _as_list(trust_policy(role_record).get("Statement", [])):
        principal = statement.get("Principal")
        named = _as_list(principal.get("Service", [])) if isinstance(principal, dict) else []
        if statement.get("Effect") == "Allow" and service in named:
            return True
    return False


def web_identity_providers(role_record: Mapping[str, Any]) -> list[str]:
    """Returns the OIDC providers a role's trust policy lets in by AssumeRoleWithWebIdentity."""
    providers: list[str] = []
    for statement in _as_list(trust_policy(role_record).get("Statement", [])):
        principal = statement.get("Principal")
        if (
            statement.get("Effect") == "Allow"
            and "sts:AssumeRoleWithWebIdentity" in _as_list(statement.get("Action", []))
            and isinstance(principal, dict)
        ):
            providers.extend(_as_list(principal.get("Federated", [])))
    return providers


def trusts_service_account(role_record: Mapping[str, Any], provider_arn: str, service_account: str) -> bool:
    """Returns whether a Kubernetes service account (`system:serviceaccount:<namespace>:<name>`) may assume the role by
    IRSA."""
    issuer = provider_arn.split(":oidc-provider/", 1)[-1]
    context = names.iam_evaluator.EvalContext(
        principal_arn=provider_arn,
        principal_type="FederatedUser",
        principal_account=account_id(),
        action="sts:AssumeRoleWithWebIdentity",
        resource_arn="*",
        region=region(),
        principal_keys={f"{issuer}:sub".lower(): service_account, f"{issuer}:aud".lower(): "sts.amazonaws.com"},
    )
    return bool(names.iam_evaluator.evaluate_trust_policy(trust_policy(role_record), provider_arn, context))


def oidc_provider_exists(provider_arn: str) -> bool:
    """Returns whether IAM knows the OIDC provider."""
    return provider_arn in names.iam._oidc_providers


def role_may(role_arn: str, action: str, resource_arn: str) -> bool:
    """Returns whether a role's policies, its boundary and the resource's own policy allow an action over TLS."""
    account = account_id()
    evaluator = names.iam_evaluator
    role_name = role_arn.rsplit("/", 1)[-1]
    context = evaluator.EvalContext(
        principal_arn=role_arn,
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource_arn,
        region=region(),
        secure_transport=True,
    )
    decision = evaluator.evaluate(context, evaluator._gather_role_policies(role_name, account))
    own_policy = evaluator._resource_policy(action.split(":", 1)[0], resource_arn)
    if own_policy:
        decision = evaluator.combine_resource_policy(decision, context, *own_policy)
    return bool(decision.decision == "Allow")


@contextlib.contextmanager
def called_by(headers: Mapping[str, str]) -> Iterator[None]:
    """Sets the caller to the signer of the request with these headers until the end of the block."""
    token = _CALLER.set(names.router.extract_access_key_id(headers))
    try:
        yield
    finally:
        _CALLER.reset(token)


def caller_may(action: str, resource_arn: str, **condition_keys: str) -> bool:
    """Returns whether the caller of `called_by` may do this too; True if IAM is not enforced."""
    evaluator, access_key = names.iam_evaluator, _CALLER.get()
    if not names.app.AUTH or access_key is None:
        return True
    caller = evaluator.resolve_principal(access_key, account_id())
    context = evaluator.EvalContext(
        principal_arn=caller.arn,
        principal_type=caller.type,
        principal_account=caller.account,
        action=action,
        resource_arn=resource_arn,
        region=region(),
        service_context={key.lower(): value for key, value in condition_keys.items()},
    )
    is_root = caller.policies is None
    return is_root or bool(evaluator.evaluate(context, caller.policies, *caller.limits).decision == "Allow")


def bucket_exists(name: str) -> bool:
    """Returns whether the account has the S3 bucket."""
    return name in names.s3._buckets


def object_exists(bucket: str, key: str) -> bool:
    """Returns whether the S3 bucket holds an object under the key."""
    return names.s3._get_object_data(bucket, key) is not None


def parameter(name: str) -> Record | None:
    """Returns the record of an SSM parameter."""
    found: Record | None = names.ssm._parameters.get(name)
    return found


def log_group_exists(name: str) -> bool:
    """Returns whether CloudWatch Logs has the log group."""
    return name in names.cloudwatch_logs._log_groups


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, str | Mapping):
        return [value]
    return list(value) if isinstance(value, Iterable) else []
