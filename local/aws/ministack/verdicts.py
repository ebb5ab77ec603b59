"""IAM's verdict on an action, by MiniStack's evaluation."""

from collections.abc import Mapping
from typing import Any

from local.aws.ministack import names


def role_allows(role_name: str, account: str, region: str, action: str, arn: str, context: Mapping[str, str]) -> bool:
    """Returns whether the policies of a role allow an action on a resource, by MiniStack's evaluation; context:
    condition keys."""
    return _allows(names.iam_evaluator._gather_role_policies(role_name, account), account, region, action, arn, context)


def documents_allow(
    documents: list[dict[str, Any]], account: str, region: str, action: str, arn: str, context: Mapping[str, str]
) -> bool:
    """Returns the same for policy documents."""
    parsed = [names.iam_evaluator.parse_policy_document(document) for document in documents]
    return _allows(parsed, account, region, action, arn, context)


def _allows(policies: Any, account: str, region: str, action: str, arn: str, context: Mapping[str, str]) -> bool:
    """Returns whether parsed policies allow an action."""
    request = names.iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/cloudformation/AWSCloudFormation",
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=arn,
        region=region,
        service_context={key.lower(): value for key, value in context.items()},
    )
    return bool(names.iam_evaluator.evaluate(request, policies).decision == "Allow")
