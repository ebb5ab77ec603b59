"""Pages, messages, help and code use the words of AWS's and Terraform's documentation; pages have lines that fit an editor."""

from functools import cache
from pathlib import Path

import pytest

from emr_eks_placement.cli.command_table import COMMANDS, Command
from emr_eks_placement.cli.main import parser_of
from emr_eks_placement.planning.codes import CODES
from tests.unit.environments import REPOSITORY
from tests.unit.words import house_words, prose_of, texts_of

PAGES = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile")),
    *sorted((REPOSITORY / "docs").glob("*.md")),
    *sorted((REPOSITORY / "examples").glob("*/README.md")),
    *sorted((REPOSITORY / "environments").glob("*.yaml")),
]
WRITTEN_FROM_CODE = {"problems.md", "settings.md"}  # whose lines are as long as their texts
TEXTS = [page for page in PAGES if page.suffix == ".md" and page.name not in WRITTEN_FROM_CODE]
FOLDERS = ("assets", "benchmarks", "constructs", "examples", "local", "stacks", "tests", "tools")
LIST = {"tests/unit/words.py", "tests/unit/test_words.py"}  # they have the words themselves
LONGEST_LINE = 140  # characters


@cache
def _found_in_code() -> list[tuple[str, str]]:
    """Kind of text, and what is wrong. Texts in tests are data of their cases, and no messages."""
    sources = (REPOSITORY / "app.py", *(one for folder in FOLDERS for one in (REPOSITORY / folder).rglob("*.py")))
    named = {str(source.relative_to(REPOSITORY)): source for source in sources}
    return [
        (one.kind, f"{name}:{one.line + line - 1}: {word}")
        for name in sorted(named.keys() - LIST)
        for one in texts_of(named[name].read_text(encoding="utf-8"))
        if one.kind != "message" or not name.startswith("tests/")
        for line, word in house_words(one.text)
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_a_page_has_no_house_words(page: Path) -> None:
    found = sorted(house_words(page.read_text(encoding="utf-8")))
    assert not [f"{page.relative_to(REPOSITORY)}:{line}: {word}" for line, word in found]


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_lines_of_prose_fit_an_editor(page: Path) -> None:
    lines = enumerate(prose_of(page.read_text(encoding="utf-8")).splitlines(), start=1)
    assert not [number for number, line in lines if len(line) > LONGEST_LINE and line[0] not in "|·"]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_help_of_a_command_has_no_house_words(command: Command) -> None:
    assert not [word for _line, word in house_words(f"{command.summary}\n\n{parser_of(command).format_help()}")]


@pytest.mark.parametrize("code", CODES)
def test_a_problem_has_no_house_words(code: str) -> None:
    about = CODES[code]
    assert not [word for _line, word in house_words(f"{about.meaning}\n\n{about.fix}\n\n{about.certainty}")]


@pytest.mark.parametrize("kind", ["docstring", "comment", "message", "test name"])
def test_code_has_no_house_words(kind: str) -> None:
    assert not [found for of_kind, found in _found_in_code() if of_kind == kind]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A subnet that is there\nalready is used.", [(1, "existing")]),
        ("Fine.\n\nIt is mended.", [(3, "fix")]),
        ("One. What it is for is not known.", [(1, "name")]),
        (
            "`told`, [stands](made.md), standard, understands, the EKS guide says so, the plan. What is it?",
            [(1, "is, has")],
        ),
        ("```sh\nmade=1  # told\n```\nThe remaining nodes.", []),
    ],
)
def test_house_words_are_found_in_prose_alone(text: str, found: list[tuple[int, str]]) -> None:
    words = [*house_words(text)]
    assert [line for line, _ in words] == [line for line, _ in found]
    assert all(better in word for (_, better), (_, word) in zip(found, words, strict=True))


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ('"""The module is told."""', "docstring"),
        ('def one():\n    """It is told."""', "docstring"),
        ('class One:\n    field: int\n    """It is told."""', "docstring"),
        ('LIMIT = 1\n"""It is told."""', "docstring"),
        ("limit = 1  # is told", "comment"),
        ('raise RuleError(1, "it is told", "Fix it")', "message"),
        ('rule = f"{name} is told"', "message"),
        ("def test_it_is_told(): ...", "test name"),
    ],
)
def test_each_kind_of_text_is_read(source: str, kind: str) -> None:
    assert [one.kind for one in texts_of(source) if [*house_words(one.text)]] == [kind]


def test_names_and_keys_are_no_texts() -> None:
    assert not [one for one in texts_of('told = {"told": one.mend}') if [*house_words(one.text)]]
