"""IAM's verdict on an action, by MiniStack's evaluation."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from local.aws.ministack import names

_ACTION = "SimulatePrincipalPolicy"
_OVER_TLS = "aws:securetransport"


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


@contextlib.contextmanager
def conditions_simulated() -> Iterator[None]:
    """Lets the simulation count with ContextEntries; of several values of a key, with the first."""
    original, evaluate = names.iam._IAM_HANDLERS[_ACTION], names.iam_evaluator.evaluate

    def simulate(parameters: Mapping[str, Any]) -> Any:
        entries = dict(_entries(parameters))
        over_tls = entries.pop(_OVER_TLS, "false") == "true"

        def with_entries(context: Any, policies: Any) -> Any:
            return evaluate(replace(context, service_context=entries, secure_transport=over_tls), policies)

        with names.replaced_attribute(names.iam_evaluator, "evaluate", with_entries):
            return original(parameters)

    with names.added_item(names.iam._IAM_HANDLERS, _ACTION, simulate):
        yield


def _entries(parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for number in count(1):
        member = f"ContextEntries.member.{number}"
        name = names.iam._p(parameters, f"{member}.ContextKeyName")
        if not name:
            return
        yield name.lower(), names.iam._p(parameters, f"{member}.ContextKeyValues.member.1")
