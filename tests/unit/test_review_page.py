"""The commands of docs/review.md run, and the hooks of pre-commit."""

import json
import os
import re
import shlex
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from emr_eks_placement.cli.main import main
from tests.unit.environments import REPOSITORY

PAGE = (REPOSITORY / "docs/review.md").read_text()
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines() if line.strip()
]
HOOKS = {one["id"]: one for one in yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text())}
ACTION = yaml.safe_load((REPOSITORY / "ci/github/action.yml").read_text())


def git(folder: Path, *words: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)  # noqa: S603, S607


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the environments on main, and a change of dev.yaml in the folder."""
    shutil.copytree(REPOSITORY / "environments", tmp_path / "environments")
    shutil.copytree(REPOSITORY / "assets", tmp_path / "assets")
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "environments")
    dev = tmp_path / "environments/dev.yaml"
    dev.write_text(dev.read_text().replace("instances: 2}", "instances: 60}"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_page_runs(command: str, clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program, *words = shlex.split(command, comments=True)
    assert program == "emr-placement"
    assert main(words) == 0
    assert capsys.readouterr().out
    for option, word in pairwise(words):
        if option == "--write":
            assert (clone / word.partition("=")[2]).stat().st_size


def test_a_format_to_write_is_one_of_the_output(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dev = "environments/dev.yaml"
    for word in ("review.md", "pdf=review.pdf", "markdown="):
        assert main(["review", dev, "--write", word]) == 2
        assert "error: --write: " in capsys.readouterr().err
    assert main(["review", dev, "--write", "json=none/review.json"]) == 2
    assert "can't be written" in capsys.readouterr().err
    assert main(["review", dev, "--write", "json=review.json"]) == 0
    printed = capsys.readouterr().out
    assert main(["review", dev, "--output", "json"]) == 0
    assert (clone / "review.json").read_text() == capsys.readouterr().out != printed


def test_check_names_the_errors_of_every_file(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [f"environments/{name}.yaml" for name in ("dev", "prod", "local")]
    assert main(["check", *files]) == 0
    assert capsys.readouterr().out == "3 environment files: no errors\n"
    for file in files[:2]:
        text = (clone / file).read_text()
        (clone / file).write_text(text.replace("entry_point: ", "entry_points: ", 1))
    assert main(["check", *files]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert {line.partition(":")[2].partition(":")[0].strip() for line in errors} == set(files[:2])


def test_check_finds_a_placement_that_the_environment_does_not_have(
    clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dev = clone / "environments/dev.yaml"
    dev.write_text(dev.read_text().replace("{workload: spark-driver}}\n      ec2", "{workload: drivers}}\n      ec2"))
    assert main(["check", "environments/dev.yaml"]) == 2
    assert "workload=drivers" in capsys.readouterr().err


def run_hook(name: str, clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As pre-commit runs it, with the files of the repository that it is for."""
    hook = HOOKS[name]
    files = [str(one.relative_to(clone)) for one in sorted(clone.rglob("*")) if one.is_file()]
    fitting = [file for file in files if re.search(hook["files"], file)]
    assert fitting
    path = f"{REPOSITORY / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(REPOSITORY / "constructs")}
    command = [*shlex.split(hook["entry"]), *arguments, *fitting]
    return subprocess.run(command, cwd=clone, env=env, capture_output=True, text=True, check=False)  # noqa: S603


def test_the_hook_of_environment_files(clone: Path) -> None:
    (clone / "environments/prices").mkdir()
    (clone / "environments/prices/readme.yaml").write_text("no environment")
    assert run_hook("environments", clone).returncode == 0
    (clone / "environments/more.yml").write_text("region: nowhere\n")
    ended = run_hook("environments", clone)
    assert ended.returncode == 2
    assert "environments/more.yml:1: region" in ended.stderr


def test_the_hook_of_requests(clone: Path) -> None:
    parameters = "--conf spark.executor.instances=2"
    assert main(["define", "trip-count", "fargate", "-e", "environments/dev.yaml", "-o", str(clone)]) == 0
    (file,) = (clone / "job-runs").rglob("fargate.json")
    assert run_hook("job-run-requests", clone, "-e", "environments/dev.yaml").returncode == 0
    request: dict[str, Any] = json.loads(file.read_text())
    driver = request["jobDriver"]["sparkSubmitJobDriver"]
    driver["sparkSubmitParameters"] += f" {parameters} --conf spark.executor.memory=900g"
    file.write_text(json.dumps(request))
    ended = run_hook("job-run-requests", clone, "-e", "environments/dev.yaml")
    assert ended.returncode == 1, ended.stderr


def test_the_page_has_the_hooks_and_the_inputs() -> None:
    (config,) = (yaml.safe_load(one) for one in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
    assert [one["id"] for one in config["repos"][0]["hooks"]] == list(HOOKS)
    table = PAGE.partition("| input |")[2].partition("\n\n")[0]
    named = {word for row in table.splitlines()[2:] for word in re.findall(r"`([\w-]+)`", row.split("|")[1])}
    assert named == set(ACTION["inputs"])
    for row in table.splitlines()[2:]:
        names, default = (re.findall(r"`([^`]+)`", cell) for cell in row.split("|")[1:3])
        shown = default or [""] * len(names)
        assert names[0] == "token" or [str(ACTION["inputs"][name]["default"]) for name in names] == shown
