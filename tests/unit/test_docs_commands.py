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
    _PARSERS[words[1]].parse_args(words[2:])


def test_the_tutorial_runs_and_prints_what_it_shows(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "environments", tmp_path / "environments")
    shutil.copytree(REPOSITORY / "assets", tmp_path / "assets")
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


def test_the_error_of_the_page_of_environments_is_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(REPOSITORY / "environments", tmp_path / "environments")
    shutil.copytree(REPOSITORY / "assets", tmp_path / "assets")
    dev = tmp_path / "environments/dev.yaml"
    dev.write_text(dev.read_text().replace("\n      fargate:\n", "\n      fargate: {zone: us-east-1a}\n"))
    monkeypatch.chdir(tmp_path)
    command, *shown = lines(REPOSITORY / "docs/environments.md", "console")
    assert main(shlex.split(command)[2:]) == 2
    assert capsys.readouterr().err.split() == " ".join(shown).split()
