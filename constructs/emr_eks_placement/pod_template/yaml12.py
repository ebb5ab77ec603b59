"""Parses YAML 1.2 as Spark's Kubernetes client does: PyYAML's parser with the differences of SnakeYAML Engine.

Both are derived from one parser. Source: SnakeYAML Engine 2.6 in Spark 3.5.8, with which random texts are compared
(tests/spark/test_template_texts.py).
"""

import re
from typing import Any

from yaml import AliasEvent, MarkedYAMLError, Node, ScalarEvent, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner
from yaml.tokens import DirectiveToken, ScalarToken

from emr_eks_placement.common.yaml_bounds import BoundedComposer

STRING, NULL, BOOLEAN, INTEGER, FLOAT, BINARY, LIST, MAPPING, SET = (
    f"tag:yaml.org,2002:{name}" for name in ("str", "null", "bool", "int", "float", "binary", "seq", "map", "set")
)
# YAML 1.2's JSON schema (org.snakeyaml.engine.v2.resolver.JsonScalarResolver)
_PLAIN = (
    (NULL, re.compile(r"(?:null)?")),
    (BOOLEAN, re.compile(r"true|false")),
    (INTEGER, re.compile(r"-?(?:0|[1-9][0-9]*)")),
    (FLOAT, re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|-?\.inf|\.nan")),
)
_ENDS = "\0 \t\r\n"
_MOST_ALIASES = 50  # of mappings and lists (org.snakeyaml.engine.v2.api.LoadSettings)

# Line breaks in YAML 1.1: for the parser they are characters without a meaning. The first of them still
# breaks lines between tokens.
_OLD_BREAKS = {0x85: 0xF0085, 0x2028: 0xF2028, 0x2029: 0xF2029}
_NEXT_LINE = chr(_OLD_BREAKS[0x85])
_RESTORED = {hidden: shown for shown, hidden in _OLD_BREAKS.items()}


class Yaml12Loader(Reader, Scanner, Parser, BoundedComposer, BaseResolver):
    """Composes the nodes of a text. Raises yaml.YAMLError for a text that SnakeYAML Engine can't read."""

    ESCAPE_REPLACEMENTS = {  # type: ignore[misc]  # final only in the stubs
        mark: meant for mark, meant in Scanner.ESCAPE_REPLACEMENTS.items() if mark != "\t"
    }

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text.translate(_OLD_BREAKS))
        Scanner.__init__(self)
        Parser.__init__(self)
        BoundedComposer.__init__(self)
        BaseResolver.__init__(self)
        self._aliases = 0

    def resolve(self, kind: type[Node], value: Any, implicit: Any) -> str:
        """Returns the tag of a node without one."""
        if kind is not ScalarNode:
            return LIST if kind is SequenceNode else MAPPING
        if not implicit[0]:
            return STRING
        return next((tag for tag, form in _PLAIN if form.fullmatch(value)), STRING)

    def scan_line_break(self) -> str:
        """Reads a line break, if there is one."""
        if self.peek() == _NEXT_LINE:
            self.forward()
            return "\n"
        return str(super().scan_line_break())  # type: ignore[no-untyped-call]

    def check_key(self) -> bool:
        """Returns whether a key begins: `?` needs a blank after it, also inside braces."""
        return self.peek(1) in _ENDS

    def check_plain(self) -> bool:
        """Returns whether plain text begins here: inside braces also with `-` or `?`."""
        if self.peek() not in _ENDS + "-?:,[]{}#&*!|>'\"%@`":
            return True
        if self.flow_level:
            return self.peek(1) not in _ENDS + ",]" and self.peek() in "-?"
        return self.peek(1) not in _ENDS and self.peek() in "-?:"

    def scan_plain(self) -> ScalarToken:
        """Reads plain text, in which tabs are blanks and `?` is a letter."""
        chunks: list[str] = []
        start = end = self.get_mark()
        blanks: list[str] | None = []
        while self.peek() != "#":
            length = 0
            while not self._ends_plain(length):
                length += 1
            if length == 0:
                break
            self.allow_simple_key = False
            chunks += [*(blanks or []), self.prefix(length)]
            self.forward(length)
            end = self.get_mark()
            blanks = self.scan_plain_spaces(self.indent + 1, start)
            if not blanks or (not self.flow_level and self.column < self.indent + 1):
                break
        return ScalarToken("".join(chunks), True, start, end)

    def _ends_plain(self, length: int) -> bool:
        between = ",[]{}" if self.flow_level else ""
        character = self.peek(length)
        return character in _ENDS + between or (character == ":" and self.peek(length + 1) in _ENDS + between)

    def scan_plain_spaces(self, indent: int, start_mark: Any) -> list[str] | None:
        """Reads the blanks after a word of plain text."""
        length = 0
        while self.peek(length) in " \t":
            length += 1
        if self.peek(length) in "\r\n":
            self.forward(length)
            chunks = super().scan_plain_spaces(indent, start_mark)
            return None if self.column == 0 and self.prefix(3) == "---" else chunks
        blanks = self.prefix(length)
        self.forward(length)
        return [blanks] if blanks else []

    def scan_block_scalar_indentation(self) -> Any:
        """Returns the indentation of a block of text: leading empty lines have no more than its first line."""
        breaks, deepest, end = super().scan_block_scalar_indentation()
        if self.column < max(self.indent + 1, 1, deepest) and self.column != self.indent:
            problem = "empty lines with more blanks than the first line of the text"
            raise MarkedYAMLError("while scanning a block of text", None, problem, self.get_mark())
        return breaks, deepest, end

    def scan_anchor(self, TokenClass: Any) -> Any:  # noqa: N803 - PyYAML's name
        """Reads the name of an anchor or alias, with any letters."""
        start = self.get_mark()
        self.forward()
        length = 0
        while self.peek(length) not in _ENDS + ",[]{}/.*&":
            length += 1
        name = self.prefix(length)
        self.forward(length)
        if not name or self.peek() not in _ENDS + "?:,]}%@`":
            problem = f"unexpected character {self.peek()!r}"
            raise MarkedYAMLError("while scanning an anchor", start, problem, self.get_mark())
        return TokenClass(name, start, self.get_mark())

    def parse_document_end(self) -> Any:
        """Ends a document with ... before a directive."""
        event, token = super().parse_document_end(), self.peek_token()  # type: ignore[no-untyped-call]
        if not event.explicit and self.check_token(DirectiveToken):
            raise MarkedYAMLError(None, None, "expected '...' before a directive", token.start_mark)
        return event

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """Composes a node; an anchor may be reused, an alias of a collection only a limited number of times."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if event.anchor in self.anchors and not isinstance(event, AliasEvent):
            del self.anchors[event.anchor]
        if isinstance(event, ScalarEvent):
            event.value = event.value.translate(_RESTORED)
            event.tag = STRING if event.tag == "!" else event.tag
        return super().compose_node(parent, index)

    def repeated(self, event: Any) -> None:
        """Counts aliases of mappings and lists."""
        self._aliases += 1
        if self._aliases > _MOST_ALIASES:
            raise MarkedYAMLError(None, None, f"more than {_MOST_ALIASES} aliases of collections", event.start_mark)
