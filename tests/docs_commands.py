"""The commands of the README and the pages of docs/: what each page shows, and where each command is run."""

import contextlib
import os
import pty
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", *sorted(page.relative_to(ROOT).as_posix() for page in (ROOT / "docs").glob("*.md")))

NOT_RUN: Mapping[str, str] = {
    "git clone <this repository> emr-eks-placement && cd emr-eks-placement": "nobody knows where you clone from",
    "make setup": "it installs into .venv, with which this test runs; every other command needs what it installs",
    "eksctl create iamidentitymapping --cluster CLUSTER --namespace NAMESPACE --service-name emr-containers": (
        "eksctl is another project's; tests/unit/test_doctor_emr_access.py has the mapping that it creates"
    ),
    "emr-placement plan -e dev --output json | jq ": "jq is another project's; tests hold what it reads to its schema",
    "aws eks describe-addon-versions": "the local AWS has no list of add-on versions",
    "aws ssm get-parameter --query Parameter.Value --output text --name /aws/service/eks": (
        "the local AWS has no public parameters"
    ),
}
"""The start of each command that no test runs, and why. Those of the AWS CLI are read by it, which makes no call."""

ELSEWHERE: Mapping[str, str] = {
    "make demo": "tests/deployed/demo/test_report.py::test_the_readme_shows_what_is_printed",
    "emr-placement doctor -e environments/local.yaml": (
        "tests/deployed/operate/test_doctor.py::test_the_page_shows_what_is_printed"
    ),
    "emr-placement observe ba7ndhdv0a9nr8bip96 -e environments/local.yaml": (
        "tests/deployed/demo/test_observe.py::test_the_page_shows_what_is_printed"
    ),
    "emr-placement smoke-test -e environments/local.yaml": (
        "tests/deployed/demo/test_smoke_test.py::test_the_table_is_that_of_the_docs_and_fits_80_columns"
    ),
    "emr-placement review ": "tests/unit/test_review_page.py::test_every_command_of_the_page_runs",
    "emr-placement check ": "tests/unit/test_review_page.py::test_every_command_of_the_page_runs",
    "emr-placement prices refresh": "tests/local/test_prices.py::test_every_price_is_read",
    "kubectl ": "tests/local/test_kubernetes_kubectl.py::test_every_kubectl_command_of_the_docs_is_accepted",
}
"""The start of each command that a test of its own runs, with what it needs."""

_OFFLINE = re.compile(
    r"emr-placement (plan(?!.*(--cluster|--assembly|template\.json))|define|explain|start-commands|cost)\b"
    r"|sed |rm |\. \.venv/bin/activate$"
)
_DEPLOYED = re.compile(r"emr-placement |cdk |make (bootstrap|destroy) |aws |export |\. \.venv|for file in |policies=")
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_SHELL = ("sh", "shell", "bash", "console")
_MARK = "\x1e"
_CUT = "…"


@dataclass(frozen=True)
class Command:
    """A command of a page, and what the page shows of its output; None: nothing."""

    page: str
    line: int
    text: str
    shown: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        """Without the comment."""
        return re.sub(r"\s+#.*", "", self.text) if "\n" not in self.text else self.text

    @cached_property
    def kind(self) -> str:
        """offline, deployed, elsewhere or not run; empty for what nothing runs."""
        words = " ".join(self.name.replace("\\\n", " ").split())
        if any(words.startswith(start) for start in NOT_RUN):
            return "not run"
        if any(words.startswith(start) for start in ELSEWHERE):
            return "elsewhere"
        return "offline" if _OFFLINE.match(words) else "deployed" if _DEPLOYED.match(words) else ""


@dataclass(frozen=True)
class Block:
    """What a page shows between two fences."""

    page: str
    line: int
    language: str
    text: str
    is_shown_by_the_one_before: bool = False

    @property
    def commands(self) -> list[Command]:
        """In their order, of a shell's block."""
        if self.language == "console":
            return [*_with_output(self)]
        return [*_plain(self)] if self.language in _SHELL else []


def blocks(page: str) -> list[Block]:
    """Of a page, without the indentation of lists."""
    text, end = (ROOT / page).read_text(encoding="utf-8"), 0
    found: list[Block] = []
    for match in _BLOCK.finditer(text):
        indent, language, content = match.groups()
        lines = "".join(line.removeprefix(indent) for line in content.splitlines(keepends=True))
        is_output = language == "text" and bool(found) and not text[end : match.start()].strip()
        found.append(Block(page, text[: match.start()].count("\n") + 2, language, lines, is_output))
        end = match.end()
    return found


def commands(page: str) -> list[Command]:
    """All of a page, in their order; a block of text right below a block of commands is what the last of them prints."""
    found: list[Command] = []
    for block in blocks(page):
        if block.is_shown_by_the_one_before and found:
            last = found.pop()
            found.append(Command(last.page, last.line, last.text, tuple(block.text.splitlines())))
        found += block.commands
    return found


def _plain(block: Block) -> Iterator[Command]:
    """Lines; those that a backslash, a loop or a here-document holds together are one."""
    text, start = "", block.line
    for number, line in enumerate(block.text.splitlines(), block.line):
        start = start if text else number
        text = f"{text}\n{line}" if text else line
        if not (line.endswith("\\") or _is_open(text)):
            if text.strip() and not text.startswith("#"):
                yield Command(block.page, start, text)
            text = ""


def _is_open(text: str) -> bool:
    heredoc = re.search(r"<<'?(\w+)'?", text)
    return (text.startswith("for ") and not text.endswith("\ndone")) or bool(
        heredoc and not text.endswith(f"\n{heredoc[1]}")
    )


def _with_output(block: Block) -> Iterator[Command]:
    """Of a console: a command after each prompt, and what it prints. Without a prompt there is output alone."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        text, *shown = part.splitlines()
        line = block.line + block.text[: block.text.index(part)].count("\n")
        yield Command(block.page, line, text, tuple(shown))


@dataclass(frozen=True)
class Ran:
    """What a command printed on a terminal of 80 columns, and its exit status."""

    status: int
    output: str


def run_in_terminal(texts: Sequence[str], folder: Path, variables: Mapping[str, str]) -> list[Ran]:
    """Runs commands of one shell, one after another, on a terminal of 80 columns whose user answers yes to every question."""
    ends = "".join(f"{text}\nprintf '{_MARK}%s{_MARK}' $?\n" for text in texts)
    ours, theirs = pty.openpty()
    environment = {**variables, "COLUMNS": "80", "LINES": "40", "NO_COLOR": "1", "TERM": "dumb"}
    # As a file: a shell that reads its commands from the terminal would show them.
    (script := folder / ".page.sh").write_text(ends, encoding="utf-8")
    process = subprocess.Popen(  # noqa: S603 - our own pages
        ["/bin/bash", str(script)], cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    output = _answered(ours)
    process.wait()
    script.unlink()
    parts = output.replace("\r\n", "\n").split(_MARK)
    return [Ran(int(status), text) for text, status in zip(parts[::2], parts[1::2], strict=False)]


def _answered(terminal: int) -> str:
    """What is printed until the end; questions are answered with yes."""
    printed = b""
    with contextlib.suppress(OSError):  # Linux's end of a terminal
        while part := os.read(terminal, 65536):
            printed += part
            if re.search(rb"(\[y/N\]|\(y/n\)) ?$", printed[-20:]):
                threading.Timer(0.2, os.write, (terminal, b"y\n")).start()  # prompts of Node read after they ask
    os.close(terminal)
    return printed.decode(errors="replace")


def differences(command: Command, printed: str) -> list[str]:
    """What the page shows and the command does not print, in words; a cut is any lines, and within a line any text."""
    assert command.shown is not None
    pattern = "".join(
        r"(?:.*\n)*" if line.strip() == _CUT else ".*".join(map(re.escape, line.rstrip().split(_CUT))) + r" *\n"
        for line in command.shown
    )
    if re.fullmatch(pattern, printed.rstrip("\n") + "\n"):
        return []
    return [f"{command.page}:{command.line}: {command.text}", "the page shows:", *command.shown, "printed:", printed]


_INSTALLERS = ("uv", "uvx", "npm", "npx", "pip", "pip3", "corepack")
_REFUSAL = '#!/bin/sh\necho "$0: a clone of a test installs nothing" >&2\nexit 1\n'
_OWN = ("assets", "environments", "app.py", "cdk.json", "node_modules")


def copy_of_the_repository(folder: Path) -> None:
    """Turns the folder into a clone in which make setup has run, as far as commands need one: links to sources, own environments.

    Nothing in it can change what this repository has installed: of .venv and node_modules the clone has folders of its own,
    in which make finds everything up to date, and whose installers refuse.
    """
    for path in ROOT.iterdir():
        if path.name not in _OWN and not path.name.startswith((".git", ".local", ".venv", "cdk")):
            (folder / path.name).symlink_to(path)
    for name in ("assets", "environments"):  # a link would lead out of the project
        shutil.copytree(ROOT / name, folder / name)
    for name in ("app.py", "cdk.json"):
        shutil.copy(ROOT / name, folder)
    _install_programs(folder / ".venv", (ROOT / ".venv").resolve())
    (folder / "node_modules").mkdir()
    for path in (ROOT / "node_modules").resolve().iterdir():
        if path.name != ".installed":
            (folder / "node_modules" / path.name).symlink_to(path)
    for stamp in (".venv/.synthesis", ".venv/.local", ".venv/.dev", "node_modules/.installed"):
        (folder / stamp).touch()


def _install_programs(folder: Path, installed: Path) -> None:
    (programs := folder / "bin").mkdir(parents=True)
    for path in (installed / "bin").iterdir():
        if path.name not in _INSTALLERS:
            (programs / path.name).symlink_to(path)
    (programs / "activate").unlink()  # it names the folder that it is for
    activate = (installed / "bin/activate").read_text(encoding="utf-8")
    (programs / "activate").write_text(activate.replace(str(installed), str(folder)), encoding="utf-8")
    for name in _INSTALLERS:
        (programs / name).write_text(_REFUSAL, encoding="utf-8")
        (programs / name).chmod(0o700)
    for name in ("lib", "pyvenv.cfg"):
        (folder / name).symlink_to(installed / name)


def installation() -> Mapping[Path, tuple[int, int]]:
    """Size and time of what tells that something was installed into this repository, or removed from it."""
    venv, packages = (ROOT / ".venv").resolve(), (ROOT / "node_modules").resolve()
    files = [
        *venv.glob("bin/*"),
        *venv.glob("lib/*/site-packages/*.dist-info/RECORD"),
        *venv.glob("lib/*/site-packages/*.pth"),
    ]
    every = [*files, *packages.iterdir(), *packages.glob("*/package.json"), *venv.glob(".[!l]*")]
    found = {path: path.lstat() for path in every if not path.is_dir()}
    return {path: (one.st_size, one.st_mtime_ns) for path, one in found.items()}


def with_the_programs(folder: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """The variables, with what the clone has installed on the path, and this package."""
    path = os.pathsep.join((*(str(folder / name) for name in (".venv/bin", "node_modules/.bin")), variables["PATH"]))
    return {**variables, "PATH": path, "PYTHONPATH": str(ROOT / "constructs")}
