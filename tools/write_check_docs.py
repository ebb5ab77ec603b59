"""Writes the tables of checks in docs/check-account.md and docs/doctor.md from the checks' descriptions."""

from collections.abc import Mapping
from pathlib import Path

from emr_eks_placement.checks import ACCOUNT_CHECKS, DEPLOYMENT_CHECKS

_DOCS = Path(__file__).parents[1] / "docs"
TABLES: Mapping[Path, Mapping[str, str]] = {
    _DOCS / "check-account.md": ACCOUNT_CHECKS,
    _DOCS / "doctor.md": DEPLOYMENT_CHECKS,
}
_HEAD = "| check | what it looks at |\n|---|---|\n"


def text(page: Path) -> str:
    """Returns the page with its table, which is the one between the table's head and the next blank line."""
    before, _, after = page.read_text(encoding="utf-8").partition(_HEAD)
    rows = "".join(f"| `{name}` | {what} |\n" for name, what in TABLES[page].items())
    return before + _HEAD + rows + "\n" + after.partition("\n\n")[2]


if __name__ == "__main__":
    for _page in TABLES:
        _page.write_text(text(_page), encoding="utf-8")
