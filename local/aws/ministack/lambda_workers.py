"""How Lambda functions run: as processes of this machine, with their layers at /opt and private temporary folders."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from local.aws.environment import KEPT
from local.aws.lambda_layers import LayerCache, command_with_layers
from local.aws.ministack import names
from local.processes import has_ended, leads_session

_MERGED_LAYERS = "LOCAL_AWS_MERGED_LAYERS"
_END_SECONDS = 3
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


class LambdaWorkers:
    """Starts the worker processes of MiniStack's Lambda functions and ends them.

    `environment` is what functions get of AWS's settings instead of this process's own (where it is, for example).
    """

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        self._directory = directory
        self._layers = LayerCache(KEPT / "layers")
        self._temporary = directory / "workers"
        self._environment = dict(environment)
        self._started: list[subprocess.Popen[str]] = []

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """Run Lambda functions this way until the end of the block; then no worker process is left."""
        self._temporary.mkdir(parents=True, exist_ok=True)
        runtime = names.lambda_runtime
        with contextlib.ExitStack() as undo:
            undo.callback(self._end)
            undo.enter_context(names.replaced_attribute(runtime, "subprocess", self._subprocess_module()))
            undo.enter_context(names.replaced_attribute(runtime, "tempfile", self._tempfile_module()))
            undo.enter_context(names.replaced_attribute(runtime.Worker, "_spawn", self._spawn_with_layers()))
            yield

    def _subprocess_module(self) -> SimpleNamespace:
        return SimpleNamespace(**{**vars(subprocess), "Popen": self._start})

    def _tempfile_module(self) -> SimpleNamespace:
        def mkdtemp(prefix: str) -> str:
            return tempfile.mkdtemp(prefix=prefix, dir=self._temporary)

        return SimpleNamespace(**{**vars(tempfile), "mkdtemp": mkdtemp})

    def _spawn_with_layers(self) -> Any:
        """Replaces MiniStack's unpacking of layers for each worker by the merged, cached folder."""
        original = names.lambda_runtime.Worker._spawn

        def spawn(worker: Any) -> None:
            function = worker.config
            archives = [_layer_archive(layer) for layer in function.get("Layers", [])]
            if archives:
                variables = function.get("Environment", {}).get("Variables", {})
                merged = str(self._layers.merged(archives))
                variables = {**variables, _MERGED_LAYERS: merged}
                worker.config = {**function, "Layers": [], "Environment": {"Variables": variables}}
            try:
                original(worker)
            finally:
                worker.config = function

        return spawn

    def _start(self, command: list[str], *, env: Mapping[str, str], **options: Any) -> subprocess.Popen[str]:
        environment = self._worker_environment(env, Path(options["cwd"]).parent)
        merged_layers = environment.pop(_MERGED_LAYERS, None)
        if merged_layers:
            command = command_with_layers(command, Path(merged_layers))
            environment["_LAMBDA_LAYERS_DIRS"] = "/opt"
            environment["NODE_PATH"] = "/opt/nodejs/node_modules"
        process = subprocess.Popen(command, env=environment, start_new_session=True, **options)  # noqa: S603
        self._started.append(process)
        leads_session(process)
        return process

    def _worker_environment(self, proposed: Mapping[str, str], directory: Path) -> dict[str, str]:
        """Leave out this process's own AWS settings; keep everything of the worker's in its own folder.

        Where IAM is enforced, the function has its role's session, which MiniStack proposes.
        """
        own_settings = {name for name, value in os.environ.items() if name.startswith(("AWS_", "CDK_"))}
        kept = {
            name: value
            for name, value in proposed.items()
            if name not in own_settings or value != os.environ[name]
        }  # fmt: skip
        scratch = directory / "tmp"
        scratch.mkdir(exist_ok=True)
        # CDK's kubectl handler keeps its files in TEST_OUTDIR, /tmp without it.
        private = dict.fromkeys(("HOME", "TMPDIR", "TEST_OUTDIR"), str(scratch))
        path = os.pathsep.join([str(Path(sys.executable).parent), proposed.get("PATH", os.defpath)])
        role = {name: proposed[name] for name in _CREDENTIALS if proposed.get("AWS_SESSION_TOKEN") and name in proposed}
        return {**kept, **self._environment, **role, **private, "PATH": path, "PYTHONDONTWRITEBYTECODE": ""}

    def _end(self) -> None:
        names.lambda_runtime.reset()
        for process in self._started:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # the worker's own session, with what it started
            process.wait(_END_SECONDS)
            has_ended(process)
            _close_pipes(process)
        self._started.clear()
        shutil.rmtree(self._directory)


def _close_pipes(process: subprocess.Popen[str]) -> None:
    """Closes the pipes of killed workers, which MiniStack does not."""
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            with contextlib.suppress(BrokenPipeError):
                stream.close()


def _layer_archive(layer: str | Mapping[str, Any]) -> bytes:
    archive = names.lambda_svc._resolve_layer_zip(layer)
    if not archive:
        raise RuntimeError(f"the Lambda layer {layer} has no content")
    return bytes(archive)
