"""The pages use the words of AWS's and Terraform's documentation, and have lines that fit an editor."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.environments import REPOSITORY

WRITTEN_FROM_CODE = {
    REPOSITORY / "docs" / name for name in ("problems.md", "settings.md")
}  # whose words are not held yet
PAGES = [
    REPOSITORY / "README.md",
    REPOSITORY / "CONTRIBUTING.md",
    *sorted({*(REPOSITORY / "docs").glob("*.md")} - WRITTEN_FROM_CODE),
    *sorted((REPOSITORY / "examples").glob("*/README.md")),
]
LONGEST_LINE = 140  # characters

# Patterns that are wrong wherever a page has them -> the better words.
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


def prose_of(text: str) -> str:
    """The text, each character at its place, without its blocks, code and link targets."""
    for code in (r"^ *```.*?^ *```$", r"`[^`]+`", r"\]\([^)]*\)"):
        text = re.sub(code, lambda found: re.sub(r"[^\n]", "·", found[0]), text, flags=re.DOTALL | re.MULTILINE)
    return text


def house_words(text: str) -> Iterator[tuple[int, str]]:
    """The line of each, and the better word. Words may be in two lines."""
    prose = prose_of(text)
    for words, better in HOUSE_WORDS.items():
        for found in words.finditer(prose.replace("\n", " ")):
            yield prose.count("\n", 0, found.start()) + 1, f"{found[0]!r}, better: {better}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_a_page_has_no_house_words(page: Path) -> None:
    found = sorted(house_words(page.read_text(encoding="utf-8")))
    assert not [f"{page.relative_to(REPOSITORY)}:{line}: {word}" for line, word in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_lines_of_prose_fit_an_editor(page: Path) -> None:
    lines = enumerate(prose_of(page.read_text(encoding="utf-8")).splitlines(), start=1)
    assert not [number for number, line in lines if len(line) > LONGEST_LINE and line[0] not in "|·"]


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
    told = [*house_words(text)]
    assert [line for line, _ in told] == [line for line, _ in found]
    assert all(better in word for (_, better), (_, word) in zip(found, told, strict=True))
