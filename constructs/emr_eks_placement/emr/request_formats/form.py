"""The description of a form of requests, and a request in a form."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from emr_eks_placement.common.errors import FieldPath, RuleError, below
from emr_eks_placement.emr.request_text import value_of
from emr_eks_placement.emr.spelling import API, Spelling, in_api_spelling


@dataclass(frozen=True, kw_only=True)
class FoundRequest:
    """A request in its form.

    read_as: the form, in words; data: with the API's member names, otherwise unchecked; name: distinguishes it from
    other requests of the same text; ignored: other content next to the request's members; template: JobTemplateData and
    its id, of a job template; spelling, path: the names and the place of its members, for messages.
    """

    read_as: str
    data: Any
    name: str = ""
    ignored: tuple[str, ...] = ()
    template: Mapping[str, Any] | None = None
    template_id: str = ""
    spelling: Spelling = field(default=API, compare=False)
    path: FieldPath = ()

    def below(self, *path: str | int, name: str = "") -> "FoundRequest":
        """Returns the same request, with a path inside other data."""
        return replace(self, path=(*path, *self.path), name=self.name or name)


@dataclass(frozen=True)
class Form:
    """A form of requests: its name, a test whether data has it, and the requests of such data."""

    words: str
    fits: Callable[[Any], bool]
    requests: Callable[[Any], Iterator[FoundRequest]]


def with_keys(*keys: str) -> Callable[[Any], bool]:
    """Returns a test whether data is a mapping with one of these keys."""
    return lambda data: isinstance(data, Mapping) and any(data.get(key) is not None for key in keys)


def spelled(data: Any, read_as: str, spelling: Spelling, *path: str | int) -> FoundRequest:
    """Returns a request in that spelling at the path. Raises RuleError as `in_api_spelling` does."""
    with below(*path):
        request = in_api_spelling(data, spelling)
    return FoundRequest(read_as=read_as, data=request, spelling=spelling, path=path)


def in_text(value: Any, read: Callable[[Any], Iterator[FoundRequest]], *path: str) -> Iterator[FoundRequest]:
    """Yields the requests of data at the path, or of the text there."""
    with below(*path):
        found = list(read(value_of(value) if isinstance(value, str) else value))
    yield from (one.below(*path) for one in found)


def entries(data: Mapping[str, Any], key: str) -> list[Any]:
    """Returns the list at a key. Raises RuleError for any other value."""
    if not isinstance(data[key], list):
        raise RuleError(data[key], "must be a list", "Put it in [ ]", path=(key,))
    return list(data[key])
