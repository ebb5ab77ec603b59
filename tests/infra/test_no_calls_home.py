"""Synthesis promises to need no network: what is looked up by `make synth`, and by the commands of the docs at a terminal."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from local.cdk import ROOT

NO_NETWORK = Path(__file__).with_name("no_network.py")
PROGRAMS = (Path(sys.executable).parent, ROOT / "node_modules/.bin")


def looked_up(folder: Path, *command: str) -> list[str]:
    """The names that a command looks up, run by a new user at a terminal; it must succeed."""
    unset = ("AWS_", "CDK_", "CI", "MAKE", "GITHUB_", "CODEBUILD_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(unset)}
    environment |= {
        "HOME": str(folder),
        "PATH": os.pathsep.join([*map(str, PROGRAMS), os.defpath]),
        "PYTHONPATH": str(ROOT / "constructs"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    ended = subprocess.run(  # noqa: S603
        ["unshare", "--map-root-user", "--net", "--mount", sys.executable, NO_NETWORK, *command],  # noqa: S607
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    names: list[str] = json.loads(ended.stdout.splitlines()[-1])
    return names


def test_synthesis_looks_up_no_name(tmp_path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    found = re.search(r"^synth:.*\n\t(cdk synth .*)$", makefile, re.MULTILINE)
    assert found
    words = [*found[1].replace("$(ENVIRONMENT)", "local").split(), "--output", str(tmp_path / "cdk.out")]
    exported = dict(re.findall(r"^export (CDK_\w+) := (\w+)$", makefile, re.MULTILINE))
    assert exported.pop("CDK_DISABLE_CLI_TELEMETRY") == "true"  # for make; cdk.json does it for what is typed
    assert looked_up(tmp_path, "env", *(f"{name}={value}" for name, value in exported.items()), *words) == []


def test_a_look_up_is_seen(tmp_path: Path) -> None:
    node = shutil.which("node", path=os.pathsep.join(map(str, PROGRAMS)))
    assert node
    ask = "require('dns').lookup('example.com', () => {})"
    assert looked_up(tmp_path, node, "-e", ask) == ["example.com"]
