"""What a form of requests is, and a request as a form has it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from emr_eks_placement.common.errors import FieldPath, RuleError, below
from emr_eks_placement.emr.request_text import value_of
from emr_eks_placement.emr.spelling import API, Spelling, in_api_spelling


@dataclass(frozen=True, kw_only=True)
class FoundRequest:
    """A request as a form of it has it.

    read_as: the form, in words; data: in API's spelling, not checked otherwise; name: what tells it from others of the same
    text; ignored: what stands beside the request's members; template: JobTemplateData and its id, of a job template;
    spelling, path: how its members are spelled and where they are, for messages.
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
        """The same, as found inside other data."""
        return replace(self, path=(*path, *self.path), name=self.name or name)


@dataclass(frozen=True)
class Form:
    """A form of requests: what it is called, whether data has it, and the requests that such data holds."""

    words: str
    fits: Callable[[Any], bool]
    requests: Callable[[Any], Iterator[FoundRequest]]


def with_keys(*keys: str) -> Callable[[Any], bool]:
    """Whether data is a mapping that has one of these keys."""
    return lambda data: isinstance(data, Mapping) and any(data.get(key) is not None for key in keys)


def spelled(data: Any, read_as: str, spelling: Spelling, *path: str | int) -> FoundRequest:
    """A request of that spelling, which stands at the path. Raises RuleError as `in_api_spelling` does."""
    with below(*path):
        request = in_api_spelling(data, spelling)
    return FoundRequest(read_as=read_as, data=request, spelling=spelling, path=path)


def in_text(value: Any, read: Callable[[Any], Iterator[FoundRequest]], *path: str) -> Iterator[FoundRequest]:
    """The requests of data at the path, or of the text there that holds it."""
    with below(*path):
        found = list(read(value_of(value) if isinstance(value, str) else value))
    yield from (one.below(*path) for one in found)


def entries(data: Mapping[str, Any], key: str) -> list[Any]:
    """The list at a key. Raises RuleError for anything else."""
    if not isinstance(data[key], list):
        raise RuleError(data[key], "must be a list", "Put it in [ ]", path=(key,))
    return list(data[key])
