"""Names that others choose steer no terminal and run nothing when a printed command is pasted."""

import re
import shlex
from pathlib import Path

import pytest

from emr_eks_placement.checks.deployment.storage import check_files
from emr_eks_placement.cli.main import main
from emr_eks_placement.environment_file import load_environment
from tests.unit.environments import TEXT
from tests.unit.limited import Asked, limited

ODD = ["a\x1b[31mb", "a\u202eb", "a\u2066b", "a\rb", "a\x9bb", "a\u200fb"]


@pytest.mark.parametrize("name", ["$(touch x).py", "a b.py", "`x`.py", "a;b.py", "it's.py"])
def test_a_printed_command_has_each_word_quoted(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    file = tmp_path / "dev.yaml"
    file.write_text(TEXT.replace("s3://jobs/count.py", f'"./{name}"'))
    environment = load_environment(file)
    [local] = environment.jobs["count"].local_files
    uri = f"s3://bucket/{local.key}"
    [check] = check_files(environment, {uri: ["count"]}, {uri: False})
    command = re.sub(r"^Upload it: ", "", str(check.fix))
    assert shlex.split(command) == ["aws", "s3", "cp", str(tmp_path / name), uri]


@pytest.mark.parametrize("odd", ODD)
def test_names_of_files_and_profiles_do_not_steer_the_terminal(odd: str, tmp_path: Path) -> None:
    folder = tmp_path / odd
    folder.mkdir()
    (folder / "dev.yaml").write_text(TEXT)
    (folder / "no.yaml").write_text("region: [\n")
    (folder / "request.json").write_text("{}")
    good, bad, request = (str(folder / name) for name in ("dev.yaml", "no.yaml", "request.json"))
    commands = [
        *(["plan", "-e", one] for one in (good, bad)),
        *(["plan", "-e", good, "--output", form] for form in ("json", "markdown")),
        ["plan", "-e", good, request],
        ["plan", "--assembly", str(folder), request],
        ["define", "-e", good, "-o", str(folder / "out")],
        ["start-commands", "-e", good],
        ["cost", "-e", good, "--duration", "1h"],
        ["review", good, "--no-resources"],
        ["review", good, bad, "--no-resources"],
        ["check-account", "-e", good, "--profile", odd],
        ["explain", odd],
        ["status", odd, "-e", good],
    ]
    limited(*map(Asked, commands))


def test_a_name_without_such_marks_is_printed_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "é 日本.yaml"
    file.write_text("region: [\n")
    assert main(["plan", "-e", str(file)]) == 2
    assert "é 日本.yaml" in capsys.readouterr().err
