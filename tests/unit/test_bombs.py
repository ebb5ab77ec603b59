"""Small inputs that ask for much: each is refused in one line, within 300 MB and soon."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from emr_eks_placement.common.wildcards import matches
from tests.unit.environments import TEXT
from tests.unit.limited import Asked, limited
from tests.unit.planned import request

LEVELS = 9
ALIASES = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, LEVELS)
)
MERGES = "a0: &a0 {k: v}\n" + "".join(
    f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, LEVELS)
)
LONG_TEXT = f"a0: &a0 {'x' * 1_000_000}\na1: [{', '.join(['*a0'] * 1000)}]\n"
SEXAGESIMAL = "a0: 1" + ":59" * 600_000 + "\n"
BOMBS = {"aliases": ALIASES, "merges": MERGES, "a long text": LONG_TEXT, "1:59:59 and so on": SEXAGESIMAL}


def indented(text: str, columns: int) -> str:
    return "".join(f"{' ' * columns}{line}\n" for line in text.splitlines())


COMMANDS = (["plan", "-e"], ["define", "-o", "out", "-e"], ["cost", "-e"], ["check-account", "-e"], ["doctor", "-e"])


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_in_an_environment_file_is_refused(bomb: str, tmp_path: Path) -> None:
    file = tmp_path / "dev.yaml"
    file.write_text(TEXT + bomb)
    for ended in limited(*(Asked([*command, str(file)]) for command in COMMANDS)):
        assert ended.status == 2
        assert "(product limit)" in ended.err


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_elsewhere_is_refused(bomb: str, tmp_path: Path) -> None:
    template = f"apiVersion: v1\nkind: Pod\nspec:\n{indented(bomb, 2)}"
    driver = "      memory: 2g\n"
    (tmp_path / "driver.yaml").write_text(template)
    environments = {
        "dev": TEXT,
        "inline": TEXT.replace(driver, f"{driver}      pod_template:\n{indented(template, 8)}"),
        "named": TEXT.replace(driver, f"{driver}      pod_template: ./driver.yaml\n"),
    }
    for name, text in environments.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    (tmp_path / "request.yaml").write_text(bomb)
    commands = [
        Asked(["plan", "-e", str(tmp_path / "dev.yaml"), "-"], stdin=bomb),
        Asked(["plan", "-e", str(tmp_path / "dev.yaml"), str(tmp_path / "request.yaml")]),
        Asked(["plan", "-e", str(tmp_path / "inline.yaml")]),
        Asked(["plan", "-e", str(tmp_path / "named.yaml")]),
    ]
    assert [ended.status for ended in limited(*commands)] == [2] * len(commands)


WIDE = {
    "lists": "[" + "[]," * 3_000_000 + "[]]",
    "mappings": "[" + '{"":0},' * 1_400_000 + "0]",
    "one text": '"' + "x" * 9_000_000 + '"',
    "spaces": " " * 9_000_000,
    "too much": "[" + " " * 11_000_000 + "]",
}


@pytest.mark.parametrize("content", WIDE.values(), ids=WIDE)
def test_wide_json_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "dev.yaml").write_text(TEXT)
    environment, file = str(tmp_path / "dev.yaml"), str(tmp_path / "wide.json")
    for name in ("wide.json", "us-east-1.json", "manifest.json"):
        (tmp_path / name).write_text(content)
    commands = [
        Asked(["plan", "-e", environment, file]),
        Asked(["plan", "-e", environment, "-"], stdin_file=file),
        Asked(["define", "-e", environment, "--outputs", file, "-o", str(tmp_path / "out")]),
        Asked(["cost", "-e", environment, "--prices", str(tmp_path)]),
        Asked(["plan", "--assembly", str(tmp_path), file]),
        Asked(["submit-many", file, "-e", environment, "--journal", str(tmp_path / "journal")]),
    ]
    assert [ended.status for ended in limited(*commands)] == [2] * len(commands)


NOT_FILES = ["/dev/zero", "/dev/urandom", "/dev/tty", "/proc/self/mem", "/proc/kmsg", "/", "pipe"]


def test_what_is_no_file_never_hangs(tmp_path: Path) -> None:
    environment = tmp_path / "dev.yaml"
    environment.write_text(TEXT)
    os.mkfifo(tmp_path / "pipe")
    commands = []
    for path in NOT_FILES:
        odd = str(tmp_path / path)
        name = path.strip("/").replace("/", "-") or "root"
        template = tmp_path / f"{name}.yaml"
        driver = "      memory: 2g\n"
        template.write_text(TEXT.replace(driver, f"{driver}      pod_template: ../../../../../../..{odd}\n"))
        commands += [
            ["plan", "-e", odd],
            ["plan", "-e", str(environment), odd],
            ["plan", "-e", str(template)],
            ["plan", "--assembly", odd, odd],
            ["define", "-e", str(environment), "--outputs", odd, "-o", str(tmp_path / "out")],
            ["submit-many", odd, "-e", str(environment), "--journal", str(tmp_path / "journal")],
        ]
    ended = limited(*map(Asked, commands))
    assert [command for command, one in zip(commands, ended, strict=True) if one.status != 2] == []


def test_endless_standard_input_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dev.yaml").write_text(TEXT)
    [ended] = limited(Asked(["plan", "-e", str(tmp_path / "dev.yaml"), "-"], stdin_file="/dev/zero"))
    assert (
        ended.err == "error: standard input: can't be read: it has more than 10 MB (product limit). Check the path.\n"
    )


def test_a_pipe_of_the_shell_is_read_to_its_end(tmp_path: Path) -> None:
    """As a shell passes <(…); the wrong neighbour of a named pipe."""
    (tmp_path / "dev.yaml").write_text(TEXT)
    command = [
        sys.executable,
        "-m",
        "emr_eks_placement.cli.main",
        "plan",
        "-e",
        str(tmp_path / "dev.yaml"),
        "/dev/stdin",
    ]
    ended = subprocess.run(command, input=json.dumps(request()), capture_output=True, text=True, check=False)  # noqa: S603
    assert ended.returncode in (0, 1), ended.stderr
    assert "driver" in ended.stdout


@pytest.mark.parametrize("pattern", ["*?*?*?*?*?*?*?*?x", "*a" * 8, "*" * 60 + "x", "*?a" * 21, "*a" * 30 + "b"])
def test_many_wildcards_take_no_time(pattern: str) -> None:
    """Forty seconds by a regular expression that goes back."""
    assert not matches(pattern, "a" * 62 + "c")
    assert matches(f"{pattern}*", f"{'a' * 62}x{'ab' * 30}")
