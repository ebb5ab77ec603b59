"""SimulatePrincipalPolicy with the values of condition keys that the caller gives, which MiniStack leaves out."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from local.aws.ministack import names

_ACTION = "SimulatePrincipalPolicy"
_OVER_TLS = "aws:securetransport"


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
