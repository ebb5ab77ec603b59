"""What make installs is what the lock files name, byte by byte, and no installation runs a package's script."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted(ROOT.glob("requirements*.txt"))
MAKEFILE = (ROOT / "Makefile").read_text().replace("\\\n", " ")
REQUIREMENT = re.compile(
    r"^([\w.-]+)(\[[\w,-]+\])?==[^ ]+(?: ; [^\\]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE
)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_of_a_lock_file_has_its_version_and_hashes(lock: Path) -> None:
    text = lock.read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert lines
    assert len(REQUIREMENT.findall(text)) == len(lines)


def test_the_build_backend_and_uv_are_locked() -> None:
    names = [found[1] for found in REQUIREMENT.finditer((ROOT / "requirements-build.txt").read_text())]
    assert names == ["setuptools", "uv"]


def test_every_npm_package_has_its_hash() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert {name: package.get("integrity", "")[:7] for name, package in packages.items() if name} == {
        "node_modules/aws-cdk": "sha512-"
    }


def commands(program: str) -> list[str]:
    found = [line.strip() for line in re.split(r"\n\t|&&", MAKEFILE) if re.search(rf"\b{program}\b", line)]
    assert found
    return found


def test_make_installs_nothing_without_its_hash_and_runs_no_script() -> None:
    assert re.search(r"^locked := .*--build-constraints requirements-build\.txt", MAKEFILE, re.MULTILINE)
    for command in commands("pip install") + commands("pip sync"):
        is_this_package = "--editable ." in command and "--requirements" not in command
        assert "--require-hashes" in command or is_this_package, command
        assert "$(locked)" in command or "--only-binary :all:" in command, command
    for command in commands("npm (?:ci|install|i)"):
        assert command.removeprefix("cd tools/look && ").removeprefix("@").startswith("npm ci --ignore-scripts "), (
            command
        )


@pytest.mark.parametrize("is_right", [True, False])
def test_uv_builds_with_a_backend_of_the_right_hash_alone(tmp_path: Path, is_right: bool) -> None:
    wheel = tmp_path / "wheels" / "backend-1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as opened:
        opened.writestr("backend.py", BACKEND)
        opened.writestr("backend-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: backend\nVersion: 1.0\n")
        opened.writestr("backend-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        opened.writestr("backend-1.0.dist-info/RECORD", "")
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["backend"]\nbuild-backend = "backend"\n[project]\nname = "built"\nversion = "1.0"\n'
    )
    digest = hashlib.sha256(wheel.read_bytes() if is_right else b"another").hexdigest()
    (tmp_path / "build.txt").write_text(f"backend==1.0 --hash=sha256:{digest}\n")
    uv = shutil.which("uv", path=str(Path(sys.executable).parent))
    assert uv
    ended = subprocess.run(  # noqa: S603
        [uv, "pip", "install", "--no-index", "--find-links", wheel.parent, "--no-cache", "--python", sys.executable,
         "--build-constraints", "build.txt", "--target", "installed", project],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ended.returncode == 0) == is_right, ended.stderr
    assert ("Hash mismatch" in ended.stderr) != is_right
    assert (tmp_path / "installed" / "built.py").exists() == is_right


BACKEND = """
import pathlib, zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "built-1.0-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as opened:
        opened.writestr("built.py", "")
        opened.writestr("built-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: built\\nVersion: 1.0\\n")
        opened.writestr("built-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        opened.writestr("built-1.0.dist-info/RECORD", "")
    return name
"""
