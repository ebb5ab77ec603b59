"""The commands that the README and docs/ show can be typed as they are; those of the tutorial run, and print what it shows."""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from emr_eks_placement.cli.command_table import COMMANDS
from emr_eks_placement.cli.main import main, parser_of
from emr_eks_placement.submission.fleet_lines import read_lines
from tests.unit.environments import REPOSITORY

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
_OTHERS = ("git clone", "make ", ". .venv")
_PARSERS = {command.name: parser_of(command) for command in COMMANDS}


def lines(page: Path, *languages: str) -> Iterator[str]:
    """Of blocks in these languages; lines that end in a backslash are joined."""
    for language, block in re.findall(r"```(\w+)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        if language in languages:
            yield from block.replace("\\\n", " ").splitlines()


def commands() -> Iterator[tuple[str, str]]:
    """Page and command of each."""
    for page in PAGES:
        for line in lines(page, "sh", "console"):
            command = line.removeprefix("$ ")
            if command.startswith("emr-placement "):
                yield page.name, command


@pytest.mark.parametrize(("page", "command"), [*commands()])
def test_every_command_that_a_page_shows_can_be_typed(page: str, command: str) -> None:
    words = shlex.split(command.partition(" | ")[0].partition(" > ")[0], comments=True)
    assert page
    _PARSERS[words[1]].parse_args(words[2:])


def test_the_tutorial_runs_and_prints_what_it_shows(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "environments", tmp_path / "environments")
    (tmp_path / "assets").symlink_to(REPOSITORY / "assets")
    page = REPOSITORY / "docs/tutorial.md"
    own = [line for line in lines(page, "sh") if not line.startswith(_OTHERS)]
    path = f"{REPOSITORY / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(  # noqa: S603 - our own page
        ["/bin/sh", "-c", "\n".join(own)],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(REPOSITORY / "constructs")},
        capture_output=True,
        text=True,
        check=True,
    )
    (shown,) = re.findall(r"```text\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    error, count = shown.splitlines()
    assert error in ended.stderr.splitlines()
    assert count in ended.stdout.splitlines()
    assert (tmp_path / "definitions/job-runs/trip-count/fargate-executors.json").exists()
    assert not (tmp_path / "environments/mine.yaml").exists()


def test_the_fleet_of_the_page_is_one_for_dev(tmp_path: Path) -> None:
    """Its lines can be read, and dev.yaml places each of them."""
    page = REPOSITORY / "docs/fleet.md"
    fleet = read_lines(page.name, "\n".join(lines(page, "json")).encode())
    assert [line.job for line in fleet] == ["trip-count", "trip-count", None]
    for line in fleet:
        request = tmp_path / "request.json"
        request.write_text(json.dumps(line.request))
        named = {"--placement": line.placement, "--mode": line.mode, "--zone": line.zone}
        options = [word for option, value in named.items() if value for word in (option, value)]
        file = str(REPOSITORY / "environments/dev.yaml")
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
    assert main(["plan", "run.json", "nightly.asl.json", "-e", str(REPOSITORY / "environments/dev.yaml")]) == 0
    shown = [*lines(REPOSITORY / "docs/requests.md", "text")]
    assert capsys.readouterr().err.splitlines() == shown


def test_the_error_of_the_page_of_environments_is_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(REPOSITORY / "environments", tmp_path / "environments")
    (tmp_path / "assets").symlink_to(REPOSITORY / "assets")
    dev = tmp_path / "environments/dev.yaml"
    dev.write_text(dev.read_text().replace("\n      fargate:\n", "\n      fargate: {zone: us-east-1a}\n"))
    monkeypatch.chdir(tmp_path)
    command, *shown = lines(REPOSITORY / "docs/environments.md", "console")
    assert main(shlex.split(command)[2:]) == 2
    assert capsys.readouterr().err.split() == " ".join(shown).split()
