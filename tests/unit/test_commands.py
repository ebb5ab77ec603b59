"""What every command has: help with an example, the standard options of AWS, and a start without slow imports."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from emr_eks_placement.cli.command_table import COMMANDS, Command
from emr_eks_placement.cli.main import main, parser_of

ROOT = Path(__file__).parents[2]
DEV = str(ROOT / "environments/dev.yaml")
WITHOUT_AWS = {"check", "define", "deployer-policy", "explain", "map", "review", "start-commands"}
OTHER_ARGUMENTS = {"submit": ["trip-count"], **{key: ["abc"] for key in ("status", "cancel", "logs", "observe")}}
FILES = {"plan", "submit-many"}

every_command = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
WITHOUT_ENVIRONMENT = {"prices"}
calling_aws = pytest.mark.parametrize(
    "name", [one.name for one in COMMANDS if one.name not in WITHOUT_AWS | WITHOUT_ENVIRONMENT]
)


def modules_after(code: str) -> set[str]:
    script = f"import sys\ntry:\n  {code}\nexcept SystemExit: pass\nprint('\\n' + ' '.join(sys.modules))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "constructs")}
    command = [sys.executable, "-c", script]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    return set(ended.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["--help"], *([one.name, "--help"] for one in COMMANDS)], ids=" ".join)
def test_help_imports_what_argparse_does_and_the_table_of_commands(arguments: list[str]) -> None:
    """It has to answer at once: `make benchmark` measures it."""
    formatter = "lambda prog: argparse.HelpFormatter(prog, width=78)"
    parser = f"argparse.ArgumentParser(formatter_class={formatter})"
    least = modules_after(f"import argparse, collections.abc, importlib; {parser}.parse_args(['--help'])")
    ours = modules_after(f"from emr_eks_placement.cli.main import main; main({arguments})") - least
    modules = (
        "command_table",
        "ending",
        "main",
        "options",
        "options.arguments",
        "options.job_run_arguments",
        "options.review_arguments",
    )
    assert ours == {
        "emr_eks_placement",
        "emr_eks_placement.cli",
        *(f"emr_eks_placement.cli.{name}" for name in modules),
    }


@every_command
def test_help_ends_with_an_example(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command.name, "--help"])
    assert ended.value.code == 0
    printed = re.sub(r"\s", "", capsys.readouterr().out)
    assert printed.endswith(re.sub(r"\s", "", f"example: {command.example}"))


@every_command
def test_the_example_is_a_command_that_can_be_read(command: Command) -> None:
    program, name, *arguments = shlex.split(command.example)
    assert (program, name) == ("emr-placement", command.name)
    assert parser_of(command).parse_args(arguments)


@every_command
def test_what_calls_aws_takes_a_profile_and_a_region(command: Command) -> None:
    taken = {option for option in ("--profile", "--region") if option in parser_of(command).format_help()}
    assert taken == (set() if command.name in WITHOUT_AWS else {"--profile", "--region"})


@calling_aws
def test_another_region_than_the_environment_file_s_is_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "input.jsonl"
    file.write_text('{"job": "trip-count", "placement": "fargate"}\n')
    arguments = [str(file)] if name in FILES else OTHER_ARGUMENTS.get(name, [])
    assert main([name, *arguments, "-e", DEV, "--region", "eu-west-1"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        f"error: --region: 'eu-west-1': the region of {DEV} is us-east-1. Leave it out, or name the file of an environment "
        "there.\n"
    )


def test_the_command_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--region", "us-east-1", "plan"], ["pla"], ["--", "plan"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.startswith("usage: emr-placement [-h] [--version] COMMAND ...\nemr-placement: error: ")


def test_a_misspelt_command_is_answered_with_the_one_that_is_meant(capsys: pytest.CaptureFixture[str]) -> None:
    for word, answer in (("paln", "did you mean plan?"), ("sumbit", "did you mean submit?"), ("x", "--help lists")):
        with pytest.raises(SystemExit) as ended:
            main([word])
        assert ended.value.code == 2
        assert f"there is no command '{word}'" in (err := capsys.readouterr().err)
        assert answer in err


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert capsys.readouterr().out == f"emr-placement {project['version']}\n"


def test_an_environment_is_named_by_its_file_or_by_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    printed = []
    for name in ("dev", "environments/dev.yaml", DEV):
        assert main(["plan", "trip-count", "-e", name]) == 0
        printed.append(capsys.readouterr().out)
    assert len(set(printed)) == 1
    assert (ROOT / "local").is_dir(), "a folder of the name of an environment is in nobody's way"
    assert main(["plan", "trip-count", "-e", "local"]) == 0
    capsys.readouterr()
    assert main(["plan", "-e", "devv"]) == 2
    assert "environments/devv.yaml" in capsys.readouterr().err
