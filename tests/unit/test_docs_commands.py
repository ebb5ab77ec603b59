"""Each command that the README and docs/ show is run by a test, and prints what the page shows; those without AWS here."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from emr_eks_placement.cli.command_table import COMMANDS
from emr_eks_placement.cli.main import main, parser_of
from emr_eks_placement.submission.fleet_lines import read_lines
from tests import docs_commands
from tests.docs_commands import ELSEWHERE, NOT_RUN, PAGES, ROOT, Command, blocks

EVERY = [command for page in PAGES for command in docs_commands.commands(page)]
_PARSERS = {command.name: parser_of(command) for command in COMMANDS}


def _with_a_job_in_a_zone_without_a_profile(folder: Path) -> None:
    dev = folder / "environments/dev.yaml"
    dev.write_text(dev.read_text().replace("\n      fargate:\n", "\n      fargate: {zone: us-east-1a}\n"))


FILLED_IN = {
    "<virtual-cluster-id>": "0123456789abcdef0123456789",
    "<execution-role-arn>": "arn:aws:iam::111122223333:role/spark-jobs",
    "<s3 prefix>": "example-code",
}
REQUEST = re.sub(
    "|".join(FILLED_IN),
    lambda placeholder: FILLED_IN[placeholder[0]],
    (ROOT / "tests/unit/guide/fargate-executors.json").read_text(encoding="utf-8"),
)
"""A request that somebody wrote by hand: job-run.json."""
BEFORE: Mapping[str, Callable[[Path], None]] = {"docs/environments.md": _with_a_job_in_a_zone_without_a_profile}
"""What a page describes of the files beforehand."""


def lines(page: str, language: str) -> list[str]:
    """Of the blocks in this language."""
    return [line for block in blocks(page) if block.language == language for line in block.text.splitlines()]


def named(command: Command) -> str:
    return f"{command.page}:{command.line}"


@pytest.mark.parametrize("command", EVERY, ids=named)
def test_every_command_is_run_by_a_test_or_its_reason_is_given(command: Command) -> None:
    assert command.kind, f"{named(command)}: {command.text}: no test runs it: see tests/docs_commands.py"


def test_every_exception_is_still_a_command_of_a_page_and_its_test_is_there() -> None:
    texts = [" ".join(command.name.replace("\\\n", " ").split()) for command in EVERY]
    for start in (*NOT_RUN, *ELSEWHERE):
        assert [text for text in texts if text.startswith(start)], start
    for test in ELSEWHERE.values():
        file, _, name = test.partition("::")
        assert f"def {name}" in (ROOT / file).read_text(encoding="utf-8"), test


def test_a_command_that_nothing_runs_is_found() -> None:
    assert [Command("page", 1, text).kind for text in ("curl https://example.com", "terraform apply")] == ["", ""]


@pytest.mark.parametrize(
    "page", [page for page in PAGES if any(one.kind == "offline" for one in docs_commands.commands(page))]
)
def test_what_needs_no_aws_runs_and_prints_what_the_page_shows(page: str, tmp_path: Path) -> None:
    docs_commands.copy_of_the_repository(tmp_path)
    (tmp_path / "job-run.json").write_text(REQUEST)
    if page in BEFORE:
        BEFORE[page](tmp_path)
    asked = [command for command in docs_commands.commands(page) if command.kind == "offline"]
    variables = docs_commands.with_the_programs(tmp_path, os.environ)
    ran = docs_commands.run_in_terminal([command.text for command in asked], tmp_path, variables)
    for command, one in zip(asked, ran, strict=True):
        if command.shown is None:
            assert one.status == 0, (named(command), command.text, one.output)
        else:
            found = docs_commands.differences(command, one.output)
            assert not found, "\n".join(found)


_OF_EMR_PLACEMENT = [one for one in EVERY if one.text.startswith("emr-placement ")]
_IN_TEXT = [
    Command(page, 0, " ".join(text.split()))
    for page in PAGES
    for text in re.findall(r"(?<!`)`(emr-placement [^`…]+)`", (ROOT / page).read_text(encoding="utf-8"))
    if " -" in text and not re.search(r"\b(plan|smoke-test) --\w+( json)?$|-- ?$", text)
]


@pytest.mark.parametrize("command", [*_OF_EMR_PLACEMENT, *_IN_TEXT], ids=lambda one: f"{named(one)} {one.text[:40]}")
def test_every_command_that_a_page_shows_can_be_typed(command: Command) -> None:
    words = shlex.split(command.text.replace("\\\n", " ").partition(" | ")[0].partition(" > ")[0], comments=True)
    if words[1:] != ["--version"]:  # which is no command
        _PARSERS[words[1]].parse_args(words[2:])


@pytest.mark.parametrize(
    "command", [one for one in EVERY if one.kind == "not run" and one.text.startswith("aws ")], ids=named
)
def test_what_the_aws_cli_can_t_run_here_it_can_read(command: Command, tmp_path: Path) -> None:
    """The real one, which checks the words against the service's model and calls nothing."""
    read = f"{command.text} --generate-cli-skeleton output --region us-east-1"
    docs_commands.copy_of_the_repository(tmp_path)
    variables = docs_commands.with_the_programs(tmp_path, os.environ)
    ended = subprocess.run(["/bin/bash", "-c", read], env=variables, capture_output=True, text=True, check=False)  # noqa: S603
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("target", ["bootstrap", "destroy", "demo", "synth"])
def test_make_has_nothing_to_install_in_a_clone(tmp_path: Path, target: str) -> None:
    docs_commands.copy_of_the_repository(tmp_path)
    command = ["make", "--dry-run", target, "ENVIRONMENT=dev"]
    shown = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert shown
    assert not re.search(r"uv pip|npm |pip install|Installing|touch", shown), shown


@pytest.mark.parametrize("stamp", [".venv/.synthesis", "node_modules/.installed"])
def test_what_would_install_in_a_clone_is_refused(tmp_path: Path, stamp: str) -> None:
    """With an installer that refuses; nothing of this repository is behind it."""
    docs_commands.copy_of_the_repository(tmp_path)
    for name in ("uv", "npm"):
        assert not (tmp_path / ".venv/bin" / name).is_symlink()
    (tmp_path / stamp).unlink()
    before = docs_commands.installation()
    ended = subprocess.run(["make", stamp], cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603, S607
    assert ended.returncode != 0
    assert "a clone of a test installs nothing" in ended.stderr
    assert docs_commands.installation() == before


def test_a_shell_of_a_clone_has_the_programs_of_the_clone(tmp_path: Path) -> None:
    docs_commands.copy_of_the_repository(tmp_path)
    asked = [". .venv/bin/activate", "command -v uv npm emr-placement"]
    _, found = docs_commands.run_in_terminal(asked, tmp_path, docs_commands.with_the_programs(tmp_path, os.environ))
    assert found.output.split() == [str(tmp_path / ".venv/bin" / name) for name in ("uv", "npm", "emr-placement")]


def test_the_tutorial_writes_the_file_that_it_names(tmp_path: Path) -> None:
    (name,) = set(re.findall(r"`(definitions/job-runs/\S+\.json)`", (ROOT / "docs/tutorial.md").read_text()))
    assert main(["define", "-e", str(ROOT / "environments/dev.yaml"), "-o", str(tmp_path / "definitions")]) == 0
    assert (tmp_path / name).exists()


def test_the_fleet_of_the_page_is_one_for_dev(tmp_path: Path) -> None:
    """Its lines can be read, and dev.yaml places each of them."""
    fleet = read_lines("nightly.jsonl", "\n".join(lines("docs/fleet.md", "json")).encode())
    assert [line.job for line in fleet] == ["trip-count", "trip-count", None]
    for line in fleet:
        request = tmp_path / "request.json"
        request.write_text(json.dumps(line.request))
        named = {"--placement": line.placement, "--mode": line.mode, "--zone": line.zone}
        options = [word for option, value in named.items() if value for word in (option, value)]
        file = str(ROOT / "environments/dev.yaml")
        assert main(["plan", line.job or str(request), *options, "-e", file]) == 0, line


def test_the_notes_of_the_page_of_requests_are_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = {"releaseLabel": "emr-7.12.0-latest", "jobDriver": {"sparkSubmitJobDriver": {"entryPoint": "s3://code/a.py"}}}
    described = ("id", "arn", "state", "createdAt", "createdBy", "finishedAt", "clientToken")
    run = {"jobRun": {**dict.fromkeys(described, "1"), "virtualClusterId": "0123456789abcdef", **own}}
    parameters = {
        "VirtualClusterId.$": "$.cluster.Id",
        "ExecutionRoleArn": "arn:aws:iam::<account-id>:role/spark-jobs",
        "ReleaseLabel": own["releaseLabel"],
        "JobDriver": {"SparkSubmitJobDriver": {"EntryPoint": "s3://code/a.py"}},
    }
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::emr-containers:startJobRun.sync",
        "Parameters": parameters,
        "End": True,
    }
    (tmp_path / "run.json").write_text(json.dumps(run))
    (tmp_path / "nightly.asl.json").write_text(json.dumps(state))
    monkeypatch.chdir(tmp_path)
    assert main(["plan", "run.json", "nightly.asl.json", "-e", str(ROOT / "environments/dev.yaml")]) == 0
    shown = lines("docs/requests.md", "text")
    assert capsys.readouterr().err.splitlines() == shown
