"""Lambda layers at /opt, without root and without a container.

A function's layers are unpacked once per set of layers. A worker sees them at /opt through a mount namespace of its own, so
the machine's own /opt is untouched.
"""

import contextlib
import hashlib
import io
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_UNFINISHED = "unfinished-"
_LAMBDA_INTERPRETER = b"#!/var/lang/bin/python"
_BIND_AND_RUN = """
for own in /opt/*/; do
    name=$(basename "$own")
    [ -d "$own" ] || continue
    mkdir "$0/$name" 2>/dev/null || [ -z "$(ls -A "$0/$name")" ] || continue
    mount --rbind "$own" "$0/$name" || exit 1
done
mount --rbind "$0" /opt && exec "$@"
"""
"""Folders of the machine's own /opt stay visible (Python itself may live there), where no layer has the name."""


class LayersUnavailableError(RuntimeError):
    """This machine does not let the process mount a folder at /opt for a child process."""


class LayerCache:
    """Unpacked layers, one folder per set of layers, below one directory, which processes may share."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()

    def merged(self, archives: Sequence[bytes]) -> Path:
        """Returns the folder with the layers' files, later layers over earlier ones, as Lambda merges them."""
        digest = hashlib.sha256()
        for archive in archives:
            digest.update(hashlib.sha256(archive).digest())
        target = self._directory / digest.hexdigest()[:32]
        with self._lock:
            if not target.exists():
                self._unpack(archives, target)
        return target

    def _unpack(self, archives: Sequence[bytes], target: Path) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        for left in self._directory.glob(f"{_UNFINISHED}*"):
            if not _is_running(int(left.name.split("-")[1])):
                shutil.rmtree(left, ignore_errors=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f"{_UNFINISHED}{os.getpid()}-", dir=self._directory))
        try:
            for archive in archives:
                _unpack(archive, unfinished)
            with contextlib.suppress(OSError):  # another process was faster
                unfinished.rename(target)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _unpack(archive: bytes, target: Path) -> None:
    """Unpack with the permissions the archive records (zipfile drops them) and interpreters this machine has."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for entry in opened.infolist():
            path = Path(opened.extract(entry, target))
            mode = stat.S_IMODE(entry.external_attr >> 16)
            if mode and path.is_file():
                path.chmod(mode | stat.S_IRUSR | stat.S_IWUSR)
            if mode & stat.S_IXUSR and path.is_file():
                _use_this_interpreter(path)


def _use_this_interpreter(path: Path) -> None:
    """Replaces Lambda's own Python in the first line of a script by this interpreter."""
    with path.open("rb") as script:
        if script.read(len(_LAMBDA_INTERPRETER)) != _LAMBDA_INTERPRETER:
            return
    _first_line, _newline, body = path.read_bytes().partition(b"\n")
    path.write_bytes(f"#!{sys.executable}\n".encode() + body)


def command_with_layers(command: Sequence[str], merged_layers: Path) -> list[str]:
    """Returns the command in a mount namespace in which /opt is the folder of merged layers.

    Raises `LayersUnavailableError` where the machine does not allow it.
    """
    return [*_unshare(), "sh", "-c", _BIND_AND_RUN, str(merged_layers), *command]


@cache
def _unshare() -> tuple[str, ...]:
    """Returns the first way to a private mount namespace that works here: as root, or with a user namespace."""
    reasons = []
    for options in (("--mount",), ("--user", "--map-root-user", "--mount")):
        attempt = ("unshare", *options)
        with tempfile.TemporaryDirectory() as probe:
            try:
                result = subprocess.run(  # noqa: S603
                    [*attempt, "sh", "-c", _BIND_AND_RUN, probe, "true"], capture_output=True, text=True, check=False
                )
            except FileNotFoundError:
                reasons.append(f"{attempt[0]}: not installed (package util-linux)")
                continue
        if result.returncode == 0:
            return attempt
        reasons.append(f"{' '.join(attempt)}: {result.stderr.strip()}")
    raise LayersUnavailableError(
        "Lambda layers have to be at /opt, and this machine does not allow it. Needed: Linux, a folder /opt, and root or "
        "user namespaces (sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0; in a "
        f"container, a seccomp profile that allows unshare and mount). Tried: {' | '.join(reasons)}"
    )
