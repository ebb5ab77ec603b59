"""What is refused of YAML before anything is built of it: too many values, aliases included, and too deep nesting.

A text of 336 bytes can hold a billion values, by aliases of aliases.
"""

from typing import Any

from yaml import AliasEvent, CollectionStartEvent, MarkedYAMLError, Node, ScalarNode
from yaml.composer import Composer

MOST_YAML_BYTES = 2_000_000
"""Bytes of a text in YAML, which takes far longer to read than JSON; product limit."""
_DEEPEST = 100  # mappings and lists in one another: PyYAML composes by recursion, and Python's stack is finite
_MOST_VALUES = 100_000  # with what aliases repeat; product limit
_MOST_CHARACTERS = 10_000_000  # of these values; product limit
_LONGEST_INTEGER = 400  # digits; product limit: PyYAML's 1:30:00 takes long, and Python writes no integer of over 4,300


class BoundError(MarkedYAMLError):
    """YAML that is beyond a bound. rule, fix: as of a RuleError; `line`: 1-based."""

    def __init__(self, mark: Any, rule: str, fix: str) -> None:
        super().__init__(None, None, rule, mark)
        self.line: int = mark.line + 1
        self.rule = rule
        self.fix = fix


class BoundedComposer(Composer):
    """Composes nodes, as part of a loader; raises BoundError at the value that is too much."""

    _depth = 0
    _values = 0
    _characters = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """A node. An alias counts as what it repeats."""
        event = self.peek_event()  # type: ignore[attr-defined] # PyYAML's Loader inherits it from Parser beside this class
        if isinstance(event, AliasEvent):
            return self._repeated(super().compose_node(parent, index), event)
        before = self._values, self._characters
        self._count(event, 1, len(getattr(event, "value", "")))
        self._depth += isinstance(event, CollectionStartEvent)
        if self._depth > _DEEPEST:
            raise BoundError(event.start_mark, f"must be nested at most {_DEEPEST} deep", "Flatten it")
        node = super().compose_node(parent, index)
        self._depth -= isinstance(event, CollectionStartEvent)
        if event.anchor is not None and node is not None:
            node.size = self._values - before[0], self._characters - before[1]  # type: ignore[attr-defined] # kept on PyYAML's node
        return node

    def _repeated(self, node: Node | None, event: Any) -> Node | None:
        size = getattr(node, "size", None)
        if size is None:
            raise BoundError(event.start_mark, "must end: here a mapping or list holds itself", "Remove the alias")
        self._count(event, *size)
        if not isinstance(node, ScalarNode):
            self.repeated(event)
        return node

    def repeated(self, event: Any) -> None:
        """Called for each alias of a mapping or list."""

    def _count(self, event: Any, values: int, characters: int) -> None:
        self._values += values
        self._characters += characters
        for number, most, what in (
            (self._values, _MOST_VALUES, "values"),
            (self._characters, _MOST_CHARACTERS, "characters"),
        ):
            if number > most:
                rule = f"has at most {most:,} {what}, with what aliases repeat (product limit)"
                raise BoundError(event.start_mark, rule, "Write less, or fewer aliases")


def check_integer(node: ScalarNode) -> None:
    """Raises BoundError for a number of too many digits."""
    if len(node.value) > _LONGEST_INTEGER:
        rule = f"a whole number has at most {_LONGEST_INTEGER} digits (product limit)"
        raise BoundError(node.start_mark, rule, "Write a shorter one, or text in quotes")
