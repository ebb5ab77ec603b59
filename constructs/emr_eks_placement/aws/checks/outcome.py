"""Runs checks; a check that can't read what it needs is `not checked`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from emr_eks_placement.aws.errors import rule_of
from emr_eks_placement.checks import Check
from emr_eks_placement.common.errors import InputError

_Subject = TypeVar("_Subject")
Result = Check | Iterable[Check] | None
"""None: there is nothing to check."""


def make_checks(checks: Mapping[str, Callable[[_Subject], Result]], subject: _Subject) -> Iterator[Check]:
    """Yields the findings of each check in order; the reason if AWS does not answer a check."""
    for name, check in checks.items():
        try:
            result = check(subject)
            found = [result] if isinstance(result, Check) else list(result or ())
        except (ClientError, BotoCoreError, ResponseParserError) as error:
            broken = rule_of(error)
            yield Check(name, "not checked", broken.rule, broken.fix)
        except InputError as error:
            yield from (Check(name, "not checked", f"{one.file}: {one.rule}", one.fix) for one in error.findings)
        else:
            yield from found
