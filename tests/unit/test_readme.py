"""What the README and the pages of docs/ show is so."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from emr_eks_placement.cli.main import main
from emr_eks_placement.environment_file import load_environment

ROOT = Path(__file__).parents[2]
PAGES = {page: page.read_text() for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))}
TEXT = "\n".join(PAGES.values())
OTHER_BLOCKS = (
    "review.md"  # pre-commit's settings and a plugin of the CDK; test_review_page.py, test_placement_checks.py
)


def blocks(language: str) -> list[str]:
    text = "\n".join(text for page, text in PAGES.items() if page.name != OTHER_BLOCKS)
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_environment_of_the_docs_loads_and_its_jobs_are_placeable(tmp_path: Path) -> None:
    (whole,) = re.findall(r"```yaml\n(.*?)```", PAGES[ROOT / "docs/environments.md"], re.DOTALL)
    parts = [part for part in blocks("yaml") if part != whole]
    shutil.copytree(ROOT / "assets", tmp_path / "assets")
    file = tmp_path / "environments" / "readme.yaml"
    file.parent.mkdir()
    file.write_text(whole)
    assert list(load_environment(file).jobs["trip-count"].placements) == ["fargate", "pinned-driver", "cheap"]
    for part in parts:
        changed = yaml.safe_load(part)
        if "repos" in changed:  # of pre-commit
            continue
        merged = yaml.safe_load(whole) | changed
        if "virtual_clusters" in changed:  # those of the jobs are deleted
            merged["jobs"] = {}
        file.write_text(yaml.safe_dump(merged))
        load_environment(file)


def test_the_python_of_the_readme_prints_where_the_pods_land(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (text,) = re.findall(r"```python\n(.*?)```", PAGES[ROOT / "README.md"], re.DOTALL)
    exec(text, {})  # noqa: S102 - our own text
    assert capsys.readouterr().out.splitlines() == re.findall(r"^# (.+)$", text, re.MULTILINE)


def test_the_readme_is_short() -> None:
    assert len(PAGES[ROOT / "README.md"].splitlines()) <= 150


def test_every_target_of_make_that_the_readme_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)\b(?=`|  | ENV)", TEXT)) <= targets


def test_every_file_that_the_readme_links_is_there() -> None:
    for page, text in PAGES.items():
        for target in re.findall(r"\]\((?!http|#)([^)#]+)[^)]*\)", text):
            assert (page.parent / target).exists(), (page.name, target)


def headings(page: Path) -> set[str]:
    """As GitHub makes anchors of them."""
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_every_section_that_a_page_links_is_there() -> None:
    for page, text in PAGES.items():
        for target, section in re.findall(r"\]\((?!http)([^)#]*)#([^)]+)\)", text):
            assert section in headings(page.parent / target if target else page), (page.name, target, section)


def test_the_stacks_of_dev_have_as_many_resources_as_the_docs_say() -> None:
    counts = dict(re.findall(r"^\| `(dev-[a-z-]+)` \| (\d+) \|", TEXT, re.MULTILINE))
    snapshots = {
        file.stem: json.loads(file.read_text()) for file in (ROOT / "tests/infra/snapshots").glob("dev-*.json")
    }
    assert counts == {name: str(len(template["Resources"])) for name, template in snapshots.items()}


def test_the_costs_of_dev_are_those_that_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cost", "-e", str(ROOT / "environments/dev.yaml"), "--output", "json"]) == 0
    at_rest = json.loads(capsys.readouterr().out)["at_rest"]
    hours = 730
    by_start = {
        start: sum(
            part["amount"]["low"] * hours
            for part in at_rest["parts"]
            if part["amount"] and part["name"].startswith(start)
        )
        for start in ("nodes of", "EKS cluster", "NAT gateways", "their public", "disks")
    }
    nat = by_start["NAT gateways"] + by_start["their public"]
    told = re.search(
        r"costs about (\d+) USD .*? nodes ([\d.]+), EKS cluster ([\d.]+), NAT .*? ([\d.]+), disks ([\d.]+),",
        PAGES[ROOT / "README.md"],
        re.DOTALL,
    )
    assert told
    total, *parts = map(float, told.groups())
    printed = [by_start["nodes of"], by_start["EKS cluster"], nat, by_start["disks"]]
    assert parts == pytest.approx(printed, abs=0.01)
    assert total == pytest.approx(at_rest["month"]["low"], abs=5)
