"""MiniStack's HTTP gateway in a background thread of this process, on the loopback interface only."""

import asyncio
import logging
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from local.aws.ministack import names

LOOPBACK = "127.0.0.1"
_STOP_SECONDS = 20


class Gateway:
    """Serves every registered AWS service on one port of the loopback interface.

    The socket is bound before MiniStack gets it, so a port of 0 is free of races and a port in use is an `OSError` here.
    MiniStack keeps its state in module globals: one gateway at a time in a process. guarded: makes of MiniStack's ASGI
    application the one that is served.
    """

    _one_at_a_time = threading.Lock()

    def __init__(self, port: int, guarded: Callable[[Any], Any]) -> None:
        self._application = guarded(names.app.app)
        self._socket = socket.create_server((LOOPBACK, port))
        self.port: int = self._socket.getsockname()[1]
        self._stopped = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._accepting = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="local-aws", daemon=True)

    @property
    def url(self) -> str:
        """The endpoint of every service."""
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Serve; returns once requests are answered."""
        if not Gateway._one_at_a_time.acquire(blocking=False):
            raise RuntimeError("a local AWS is already running in this process: stop it first")
        self._thread.start()
        self._accepting.wait()
        if self._failure:
            raise RuntimeError("the local AWS could not start") from self._failure

    def close(self) -> None:
        """Give the port back if nothing was served on it."""
        self._socket.close()

    def stop(self) -> None:
        """End the server and forget every resource."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopped.set)
        _release_pending_custom_resources()
        self._thread.join(_STOP_SECONDS)
        if self._thread.is_alive():
            raise RuntimeError(f"the local AWS is still busy {_STOP_SECONDS} s after the signal to stop")
        _forget_everything()
        Gateway._one_at_a_time.release()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as failure:  # noqa: BLE001 - handed to the thread that called start()
            self._failure = failure
        finally:
            self._accepting.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        config = Config()
        config.bind = [f"fd://{self._socket.detach()}"]
        config.keep_alive_timeout = 75
        config.graceful_timeout = 0.5
        config.errorlog = logging.getLogger("hypercorn.error")
        server = asyncio.create_task(serve(self._application, config, shutdown_trigger=self._stopped.wait))
        probe = asyncio.create_task(self._wait_until_ready())
        await asyncio.wait({server, probe}, return_when=asyncio.FIRST_COMPLETED)
        self._accepting.set()
        await server

    async def _wait_until_ready(self) -> None:
        """The listening socket accepts before MiniStack has started, so wait for an answer, whatever it is."""
        reader, writer = await asyncio.open_connection(LOOPBACK, self.port)
        writer.write(b"GET /_ministack/health HTTP/1.0\r\nHost: localhost\r\n\r\n")
        await writer.drain()
        await reader.readline()
        writer.close()
        await writer.wait_closed()


def _release_pending_custom_resources() -> None:
    """Let deployments that wait for a Lambda's answer fail now instead of after their time limit."""
    for token in list(names.custom_resource._pending):
        names.custom_resource.deliver_response(token, {"Status": "FAILED", "Reason": "the local AWS was stopped"})


def _forget_everything() -> None:
    """Empty the stores of every service that was used.

    Not MiniStack's own reset: that imports a GraphQL library for AppSync, which takes a second or two.
    """
    for name in names.app._registry_module_names() - {"appsync"}:
        module = sys.modules.get(f"ministack.services.{name}")
        if module and hasattr(module, "reset"):
            module.reset()


class LogFile:
    """What MiniStack logs, in a file instead of on the terminal."""

    _LOGGERS = (
        "ministack", "hypercorn.error", "hypercorn.access", "cloudformation", "concurrency", "container_reaper", "ec2",
        "ecr", "eks", "events", "iam", "kms", "lambda", "lambda_runtime", "local.aws", "logs", "persistence", "s3",
        "scheduler", "ssm", "sts", "tagging", "transfer",
    )  # fmt: skip

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handler: logging.Handler | None = None
        self._before: list[tuple[logging.Logger, int, bool]] = []

    def __enter__(self) -> None:
        self._handler = logging.FileHandler(self._path, encoding="utf-8")
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s [%(name)s] %(message)s"))
        for name in self._LOGGERS:
            logger = logging.getLogger(name)
            self._before.append((logger, logger.level, logger.propagate))
            logger.addHandler(self._handler)
            logger.setLevel(logging.INFO)
            logger.propagate = False

    def __exit__(self, *_: object) -> None:
        if self._handler is None:
            return
        for logger, level, propagate in self._before:
            logger.removeHandler(self._handler)
            logger.setLevel(level)
            logger.propagate = propagate
        self._handler.close()
