"""A file that is no environment gives one line with its place, never a traceback."""

from pathlib import Path

import pytest

from emr_eks_placement.common.errors import InputError, dotted
from emr_eks_placement.environment_file import load_environment
from tests.unit.bad_input import check_reads_well, findings_of
from tests.unit.environments import TEXT

YAML: dict[str, tuple[str | bytes, int | None, str]] = {
    "duplicate key": (TEXT + "region: us-west-2\n", len(TEXT.splitlines()) + 1, "a mapping has each key only once"),
    "tab": (
        "region: us-east-1\nnetwork:\n\tcidr: 10.0.0.0/16\n",
        3,
        "found character '\\t' that cannot start any token",
    ),
    "unclosed list": ("zones: [us-east-1a\nregion: a\n", 2, "expected ',' or ']', but got"),
    "unknown alias": ("region: *other\n", 1, "undefined alias"),
    "binary": (b"\x00\xff\xfe\x01", None, "not UTF-8 text"),
    "Latin-1": ("region: é".encode("latin-1"), None, "not UTF-8 text"),
    "control character": ("region: a\x00b\n", None, "well-formed YAML: unacceptable character"),
    "tag of Python": ("region: !!python/object:os.system {}\n", 1, "well-formed YAML"),
    "tag that does not fit": ("retain_data: !!bool perhaps\n", None, "well-formed YAML"),
    "time that does not fit": ("region: !!timestamp now\n", None, "well-formed YAML"),
    "date that is none": ("region: 2024-13-45\n", None, "well-formed YAML"),
    "number too long": ("region: " + "9" * 5000 + "\n", 1, "at most 400 digits"),
    "nested too deep": ("[" * 3000, 1, "nested at most 100 deep"),
    "list as key": ("? [a, b]\n: c\n", 1, "well-formed YAML: while constructing a mapping found unhashable key"),
    "two documents": ("region: a\n---\nregion: b\n", 2, "well-formed YAML: expected a single document"),
    "text": ("us-east-1\n", 1, "holds a mapping"),
    "list": ("- region: us-east-1\n", 1, "a mapping"),
    "nothing": ("", None, "a mapping"),
    "only a comment": ("# later\n", None, "a mapping"),
}


@pytest.mark.parametrize(("text", "line", "rule"), YAML.values(), ids=YAML.keys())
def test_what_is_no_environment_gives_one_line_with_its_place(
    text: str | bytes, line: int | None, rule: str, tmp_path: Path
) -> None:
    [finding] = findings_of(text, tmp_path)
    check_reads_well(finding)
    assert finding.file == str(tmp_path / "test.yaml")
    assert finding.line == line
    assert rule in finding.rule


def one_finding(file: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_environment(file)
    [finding] = caught.value.findings
    check_reads_well(finding)
    return str(finding)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert one_finding(tmp_path / "none.yaml").startswith(f"{tmp_path / 'none.yaml'}: ")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "Is a directory" in one_finding(tmp_path)


@pytest.mark.parametrize("name", ["Prod.yaml", "my env.yaml", "dev.eu.yaml", f"{'a' * 41}.yaml"])
def test_a_file_whose_name_is_no_name_of_an_environment_is_to_be_renamed(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(TEXT)
    assert "named by its file: a name has at most 40 lower-case letters" in one_finding(tmp_path / name)


@pytest.mark.parametrize("token", ["${Token[TOKEN.1]}", "#{Token[TOKEN.1]}"])
def test_what_the_cdk_takes_for_its_own_is_refused(token: str, tmp_path: Path) -> None:
    (tmp_path / "test.yaml").write_text(TEXT + f'tags: {{team: "{token}"}}\n')
    assert f"tags.team = {token!r}: ${{Token[ and #{{Token[ are the CDK's own words" in one_finding(
        tmp_path / "test.yaml"
    )


TEMPLATES = {
    "nothing": ("", "holds a Pod, this file nothing"),
    "a list": ("- a\n", "this file does not"),
    "no YAML": ("spec: [\n", "well-formed YAML"),
    "a key twice": ("kind: Pod\nkind: Pod\n", "a mapping has each key only once"),
    "itself": ("&pod\napiVersion: v1\nkind: Pod\nspec: *pod\n", "holds itself"),
    "not a number": ("apiVersion: v1\nkind: Pod\nspec: {priority: .nan}\n", "JSON data"),
    "misspelt field": (
        "apiVersion: v1\nkind: Pod\nspec:\n  nodeSelektor: {}\n  containers: []\n",
        "Spark would silently drop",
    ),
}


@pytest.mark.parametrize(("text", "rule"), TEMPLATES.values(), ids=TEMPLATES.keys())
def test_a_template_file_that_is_no_template_gives_one_line(text: str, rule: str, tmp_path: Path) -> None:
    (tmp_path / "driver.yaml").write_text(text)
    file = tmp_path / "test.yaml"
    file.write_text(TEXT.replace("      memory: 2g\n", "      memory: 2g\n      pod_template: ./driver.yaml\n"))
    assert rule in one_finding(file)


def test_every_wrong_value_of_a_file_is_reported_at_once(tmp_path: Path) -> None:
    text = (
        TEXT.replace("us-east-1\n", "nowhere\n").replace("max_size: 2", "max_size: 0").replace("cores: 1", "cores: 0")
    )
    found = findings_of(text, tmp_path)
    assert [dotted(finding.path) for finding in found] == [
        "region",
        "node_groups.system.max_size",
        "jobs.count.driver.cores",
    ]
    assert [finding.line for finding in found] == sorted(finding.line or 0 for finding in found)


def test_a_key_that_would_break_the_line_is_shown_in_quotes(tmp_path: Path) -> None:
    [finding] = findings_of(TEXT + '"a\\nb": 1\n', tmp_path)
    check_reads_well(finding)
    assert "'a\\nb' = 1: unknown key" in str(finding)


def test_a_long_value_is_shortened_in_the_middle(tmp_path: Path) -> None:
    [finding] = findings_of(TEXT.replace("region: us-east-1", f"region: {'x' * 500}"), tmp_path)
    assert f"{'x' * 39}…{'x' * 39}" in str(finding)


def test_no_file_of_the_jobs_is_read_by_an_absolute_path_or_a_uri(tmp_path: Path) -> None:
    file = tmp_path / "test.yaml"
    file.write_text(TEXT)
    job = load_environment(file).jobs["count"]
    assert job.entry_point == "s3://jobs/count.py"
    assert job.local_files == ()
