"""The words that AWS's and Terraform's documentation do not use, and the texts that people read in pages and sources."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from typing import NamedTuple

# Patterns that are wrong wherever people read them -> the better words.
BETTER = {
    r"mend(s|ed|ing)?": "fix",
    r"told": "reported, printed",
    r"tells (how|whether|what|which|when|where|why|of)": "reports, prints, shows",
    r"unless (told|given|it is given|otherwise given)": "by default",
    r"stands?": "is, has",
    r"(is|are|be) there already": "existing, exists",
    r"whoever": "the user who, you",
    r"gone": "deleted, removed",
    r"made": "created, changed",
    r"makes (a|an|the|one|it|its|each|two) (?!sense)": "creates",
    r"(?<!guide )(?<!documentation )says": "sets, prints, describes, reports",
    r"l(ays|aid) (it |them )?beside": "compares",
    r"of plan(?=\.)": "in a plan, of the plan",
    r"(behaviour|centre|colour|favour|fulfil|labelled|licence|modelled|organisation)s?": "the American spelling",
    r"(?<=[.:;] )(?-i:What)(?= [^?.]*\.)": "name the thing first",
}
HOUSE_WORDS = {re.compile(rf"\b{pattern}\b", re.IGNORECASE): better for pattern, better in BETTER.items()}
ANY = re.compile("|".join(words.pattern for words in HOUSE_WORDS), re.IGNORECASE)  # to skip most texts fast


class Text(NamedTuple):
    """A text that people read: a docstring, a comment, a message or a test name, and its first line."""

    kind: str
    line: int
    text: str


def prose_of(text: str) -> str:
    """The text, each character at its place, without its blocks, code and link targets."""
    for code in (r"^ *```.*?^ *```$", r"`[^`]+`", r"\]\([^)]*\)"):
        text = re.sub(code, lambda found: re.sub(r"[^\n]", "·", found[0]), text, flags=re.DOTALL | re.MULTILINE)
    return text


def house_words(text: str) -> Iterator[tuple[int, str]]:
    """The line of each, and the better word. Words may be in two lines."""
    if not ANY.search(text.replace("\n", " ")):
        return
    prose = prose_of(text)
    for words, better in HOUSE_WORDS.items():
        for found in words.finditer(prose.replace("\n", " ")):
            yield prose.count("\n", 0, found.start()) + 1, f"{found[0]!r}, better: {better}"


def texts_of(source: str) -> Iterator[Text]:
    """The docstrings, comments, messages and test names of a Python source. A message is a text with a blank."""
    tree = ast.parse(source)
    docstrings = {id(one): one for one in _docstrings(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield Text("test name", node.lineno, node.name.replace("_", " "))
        elif isinstance(node, ast.Constant) and id(node) in docstrings:
            yield Text("docstring", node.lineno, str(node.value))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield Text("message", node.lineno, node.value)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield Text("comment", token.start[0], token.string)


def _docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    """Texts that are statements: those of modules, classes and functions, and those below fields and constants."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value
