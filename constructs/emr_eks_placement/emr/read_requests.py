"""Reads StartJobRun requests in any form, and reports what was understood."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from emr_eks_placement.common.errors import FieldPath, RuleError, below, dotted
from emr_eks_placement.emr.placeholders import placeholders_of
from emr_eks_placement.emr.request_check import check_request
from emr_eks_placement.emr.request_formats import FoundRequest, is_other_object, requests_in
from emr_eks_placement.emr.request_text import documents_of
from emr_eks_placement.emr.spelling import in_spelling

_MOST_NAMED = 8
_DEEPEST = 30


def requests_of_text(text: str, *, is_yaml: bool = False) -> list[FoundRequest]:
    """Returns the requests of a text, each with a unique name: its own, or its number from 1.

    is_yaml: whether { and [ at the start are YAML. Raises RuleError, with the path in the text's data, for a text
    without requests.
    """
    documents = documents_of(text, is_yaml=is_yaml)
    if not documents:
        raise RuleError(None, "must be JSON or YAML with a request: it is empty", "Write a request")
    found: list[FoundRequest] = []
    several = len(documents) > 1
    for number, document in enumerate(documents, start=1):
        if several and is_other_object(document):
            continue
        try:
            found += _of_document(document)
        except RuleError as broken:
            raise broken.below(f"#{number}") if several else broken from None
    if not found:
        raise RuleError(None, "has no StartJobRun request", "Name a file that has one")
    return _named(found)


def _of_document(document: Any) -> list[FoundRequest]:
    """Returns the requests of a document; for a list, those of each entry."""
    if not isinstance(document, list):
        return requests_in(document)
    found: list[FoundRequest] = []
    for index, one in enumerate(document):
        with below(index):
            found += [request.below(index) for request in requests_in(one)]
    return found


def _named(found: Sequence[FoundRequest]) -> list[FoundRequest]:
    times = Counter(one.name for one in found)
    return [
        one if one.name and times[one.name] == 1 else replace(one, name=str(number))
        for number, one in enumerate(found, start=1)
    ]


def checked(found: FoundRequest) -> Mapping[str, Any]:
    """Returns the request as `check_request` does. Raises RuleError, with the path in the spelling of the request's
    form."""
    try:
        _check_filled_in(found.data)
        return check_request(found.data)
    except RuleError as broken:
        path = (*found.path, *in_spelling(broken.path, found.spelling))
        raise RuleError(broken.value, broken.rule, broken.fix, path=path) from None


def _check_filled_in(data: Any) -> None:
    """Names all empty members in one error: --generate-cli-skeleton writes every member, and the AWS CLI refuses empty
    texts."""
    empty = [dotted(path) for path in _empty(data, ())] if isinstance(data, Mapping) else []
    if len(empty) > 1:
        rule = f"{len(empty)} texts are empty, which the AWS CLI refuses: {_listed(empty)}"
        raise RuleError(None, rule, "Fill them in, or remove them")


def _empty(data: Any, path: FieldPath) -> Iterator[FieldPath]:
    if data == "":
        yield path
    if isinstance(data, Mapping):
        for key, part in data.items():
            if key != "tags" and len(path) < _DEEPEST:  # the value of a tag may be empty
                yield from _empty(part, (*path, str(key)))
    if isinstance(data, list):
        for index, part in enumerate(data):
            if len(path) < _DEEPEST:
                yield from _empty(part, (*path, index))


def understood(found: FoundRequest, request: Mapping[str, Any]) -> str:
    """Returns how a request was read: its form, the ignored members, and its placeholders."""
    names = list(dict.fromkeys(one.text for one in placeholders_of(request)))
    parts = [f"read as {found.read_as}"]
    parts += [f"ignored: {_listed(found.ignored)}"] if found.ignored else []
    parts += [f"placeholders: {_listed(names)}"] if names else []
    return "; ".join(parts)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    shown = " ".join(", ".join(names[:_MOST_NAMED]).split())
    return f"{shown} and {more} more" if more > 0 else shown
