"""How commands end that nothing foresees: one line, and a status that shows whose fault it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from emr_eks_placement.cli.command_table import COMMANDS
from emr_eks_placement.cli.main import main
from tests.unit.environments import TEXT

PLAN = "plan"


def run(redirect: str, folder: Path, **variables: str) -> tuple[int, str]:
    """Status and standard error of planning an environment, its standard output redirected by a shell."""
    (folder / "dev.yaml").write_text(TEXT)
    command = f"{sys.executable} -m emr_eks_placement.cli.main plan -e {folder / 'dev.yaml'} {redirect}"
    ended = subprocess.run(  # noqa: S603 - a fixed program
        ["/bin/sh", "-c", command], env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    return ended.returncode, ended.stderr


def broken_by(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    def fail(_options: object) -> int:
        raise error

    [command] = [one for one in COMMANDS if one.name == PLAN]
    monkeypatch.setattr(command, "run", fail)
    return main([PLAN, "-e", "dev"])


def test_a_fault_of_ours_is_one_line_without_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert broken_by(KeyError("password=abc"), monkeypatch) == 70
    said = capsys.readouterr().err
    assert said.startswith("error: this is a fault of emr-placement, not of what it was given: KeyError at ")
    assert said.count("\n") == 1
    assert "password" not in said


def test_a_fault_of_ours_shows_its_traceback_if_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMR_PLACEMENT_DEBUG", "1")
    assert broken_by(KeyError("a"), monkeypatch) == 70
    assert "Traceback" in capsys.readouterr().err


def test_what_the_system_refuses_is_no_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert broken_by(PermissionError(13, "Permission denied", "a\x1bb"), monkeypatch) == 2
    assert capsys.readouterr().err == "error: a\\x1bb: Permission denied. Check the path and its permissions\n"


def test_closed_and_full_output_is_said(tmp_path: Path) -> None:
    assert run(">&-", tmp_path) == (2, "error: standard output is closed. Leave it open, or redirect it: >/dev/null\n")
    full = "error: standard output: can't be written: No space left on device. Make room, or write elsewhere\n"
    assert run(">/dev/full", tmp_path) == (2, full)
    assert run(">/dev/null", tmp_path) == (0, "")


def test_output_in_ascii_loses_nothing(tmp_path: Path) -> None:
    status, said = run(">/dev/null", tmp_path, PYTHONIOENCODING="ascii:strict")
    assert (status, said) == (0, "")


@pytest.mark.parametrize("arguments", [["plan", "--x\x1b[31m"], ["plan", "a", "-e", "x\u202ey"], ["\u202eplan"]])
def test_words_of_the_command_line_do_not_steer_the_terminal(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        assert main(arguments) == 2
    except SystemExit as ended:
        assert ended.code == 2
    said = capsys.readouterr().err
    assert all(line.isprintable() for line in said.splitlines()), said


@pytest.mark.parametrize(
    "arguments",
    [["submit-many", ""], ["plan", "-e", ""], ["define", "-e", "dev", "-o", ""], ["submit-many", "/"], ["submit-many", ".."],
     ["drain", "-e", "dev", "--timeout", "nan"], ["smoke-test", "a", "-e", "dev", "--timeout", "nan"]],
)  # fmt: skip
def test_odd_words_are_unusable(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status: object = main(arguments)
    except SystemExit as ended:
        status = ended.code
    assert status == 2
    assert "error: " in capsys.readouterr().err
