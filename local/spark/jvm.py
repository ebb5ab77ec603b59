"""The Java process that runs Spark, and the only module that touches py4j, which is untyped."""

import contextlib
import logging
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Self, TypeVar

from py4j.java_gateway import (  # type: ignore[import-untyped]
    GatewayClient,
    GatewayConnection,
    GatewayParameters,
    JavaGateway,
)
from py4j.protocol import Py4JError, Py4JJavaError  # type: ignore[import-untyped]

from local.processes import has_ended, leads_session
from local.spark.errors import SparkSubmitError
from local.spark.java_command import LOOPBACK, java_command, java_environment, write_java_configuration

Result = TypeVar("Result")

logging.getLogger("py4j").addHandler(logging.NullHandler())  # what it logs when Java ends is in the errors raised here

_STATUS_DUMP = " Received status: Status("  # fabric8 appends the whole Status object to its message
_START_SECONDS = 300.0
_STOP_SECONDS = 10.0
_LOGGED_EXCEPTION = re.compile(r" (?:ERROR|WARN) .*\n(?P<exception>[\w.$]+(?:Exception|Error): .*)")


class SparkJvm:
    """One Java process with Spark on its class path; a context manager that ends the process it started.

    `folder` gets its temporary files; its log goes to `log_file`, its standard output and error beside that. It also
    ends when this Python process does, as its standard input closes then.
    """

    def __init__(self, folder: Path, log_file: Path) -> None:
        self.log_file = log_file
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._output: threading.Thread | None = None
        self._gateway: Any = None
        self._log_position = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Starts the process and waits until it can be called; SparkSubmitError if that fails."""
        write_java_configuration(self._folder, self.log_file)
        with self._output_file.open("wb") as errors:
            self._process = subprocess.Popen(  # noqa: S603  the command is built here
                java_command(self._folder),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=java_environment(self._folder),
                cwd=self._folder,
                start_new_session=True,  # Ctrl-C is for this process, which then ends the JVM
            )
            leads_session(self._process)
        try:
            port, token = self._read_connection(self._process)
            self._gateway = _Gateway(port, token)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends the process, by force if it does not end by itself; does nothing if there is none."""
        process, self._process = self._process, None
        gateway, self._gateway = self._gateway, None
        if process is None or process.stdin is None:
            return
        if gateway is not None:
            gateway.close(keep_callback_server=True)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        has_ended(process)
        if self._output is not None:
            self._output.join()

    def spark_submit(self, arguments: Sequence[str], timeout: float) -> None:
        """Runs spark-submit with these command-line arguments.

        Raises SparkSubmitError with Spark's message if it fails, or if it takes more than `timeout` seconds.
        """

        gateway = self._gateway

        def run() -> None:
            array = gateway.new_array(gateway.jvm.String, len(arguments))
            for position, argument in enumerate(arguments):
                array[position] = argument
            # What Spark's InProcessLauncher runs; called directly, it returns at the end of the submission and throws.
            gateway.jvm.org.apache.spark.deploy.InProcessSparkSubmit.main(array)

        self._call("spark-submit", run, timeout)

    def load_properties(self, text: str) -> dict[str, str]:
        """Reads a Java properties file."""

        gateway = self._gateway

        def run() -> dict[str, str]:
            properties = gateway.jvm.java.util.Properties()
            properties.load(gateway.jvm.java.io.StringReader(text))
            return {str(name): str(value) for name, value in properties.items()}

        return self._call("reading spark.properties", run, _START_SECONDS)

    def run(self, doing: str, operation: Callable[[Any], Result]) -> Result:
        """Returns what the operation makes of py4j's view of Java; SparkSubmitError with Spark's message where Java
        throws."""
        gateway = self._gateway
        return self._call(doing, lambda: operation(gateway.jvm), _START_SECONDS)

    @contextlib.contextmanager
    def driver(self, properties: Mapping[str, str], timeout: float) -> Iterator[None]:
        """Runs a driver (a SparkContext) with these Spark properties while the context is open.

        Raises SparkSubmitError with Spark's message if it cannot start, or not within `timeout` seconds.
        """

        gateway = self._gateway

        def start() -> Any:
            configuration = gateway.jvm.org.apache.spark.SparkConf(False)
            for name, value in properties.items():
                configuration.set(name, value)
            return gateway.jvm.org.apache.spark.SparkContext(configuration)

        context = self._call("the driver", start, timeout)

        def end() -> None:
            context.stop()
            gateway.detach(context)

        try:
            yield
        finally:
            if self.running:
                self._call("the driver's end", end, _START_SECONDS)

    def complaint(self) -> str:
        """Returns the first exception Spark logged during the latest call, in one line, or where to look for it."""
        log = (
            self.log_file.read_bytes()[self._log_position :].decode(errors="replace") if self.log_file.exists() else ""
        )
        logged = _LOGGED_EXCEPTION.search(log)
        return logged["exception"] if logged else f"see {self.log_file} and {self._output_file}"

    @property
    def _output_file(self) -> Path:
        return self.log_file.with_suffix(".out")

    def _read_connection(self, process: subprocess.Popen[bytes]) -> tuple[int, str]:
        """Returns the gateway prints its port and token; anything after that goes to the output file."""
        lines: SimpleQueue[bytes] = SimpleQueue()
        self._output = threading.Thread(target=self._read_output, args=(process, lines), daemon=True)
        self._output.start()
        deadline = time.monotonic() + _START_SECONDS
        try:
            port = lines.get(timeout=_START_SECONDS)
            token = lines.get(timeout=max(deadline - time.monotonic(), 0))
        except Empty:
            raise SparkSubmitError(f"Java did not start within {_START_SECONDS:g} s; see {self._output_file}") from None
        if not token.strip():
            raise SparkSubmitError(f"Java did not start; see {self._output_file}")
        return int(port), token.decode().strip()

    def _read_output(self, process: subprocess.Popen[bytes], lines: "SimpleQueue[bytes]") -> None:
        if process.stdout is None:
            raise RuntimeError("the Java process has no output pipe")
        with process.stdout, self._output_file.open("ab") as output:
            lines.put(process.stdout.readline())
            lines.put(process.stdout.readline())
            for line in process.stdout:
                output.write(line)

    def _call(self, doing: str, operation: Callable[[], Result], timeout: float) -> Result:
        """Runs calls into Java in a thread, as py4j has no time-out; ends the process if they take too long."""
        if not self.running:
            raise SparkSubmitError(f"{doing} failed: no Java process is running")
        self._log_position = self.log_file.stat().st_size if self.log_file.exists() else 0
        outcomes: SimpleQueue[Result | BaseException] = SimpleQueue()

        def work() -> None:
            try:
                outcomes.put(operation())
            except BaseException as error:  # noqa: BLE001  re-raised below, in the caller's thread
                outcomes.put(error)

        threading.Thread(target=work, daemon=True, name=doing).start()
        try:
            outcome = outcomes.get(timeout=timeout)
        except Empty:
            self.stop()
            raise SparkSubmitError(f"{doing} did not end within {timeout:g} s; {self.complaint()}") from None
        if isinstance(outcome, Py4JJavaError):
            raise SparkSubmitError(_one_line(outcome)) from outcome
        if isinstance(outcome, (Py4JError, ConnectionError)):
            self.stop()  # a process that still ends is no use to the next call
            raise SparkSubmitError(f"{doing} failed: the Java process ended: {self.complaint()}") from outcome
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


class _GatewayClient(GatewayClient):  # type: ignore[misc]  # py4j is untyped
    """Raises when Java has ended, where py4j logs to the root logger, sends the command again and leaks a socket."""

    def send_command(self, command: str, retry: bool = True, binary: bool = False) -> Any:
        if binary:
            return super().send_command(command, retry, binary)
        connection = self._get_connection()
        try:
            response = connection.send_command(command)
        except BaseException:
            connection.close()
            raise
        self._give_back_connection(connection)
        return response

    def _create_connection(self) -> Any:
        connection = GatewayConnection(self.gateway_parameters, self.gateway_property)
        try:
            connection.start()
        except BaseException:
            if hasattr(connection, "stream"):
                connection.stream.close()
            connection.socket.close()
            raise
        return connection


class _Gateway(JavaGateway):  # type: ignore[misc]  # py4j is untyped
    """Java objects are released explicitly, without py4j's finalizers: Python's garbage may outlive the process."""

    def __init__(self, port: int, token: str) -> None:
        parameters = GatewayParameters(address=LOOPBACK, port=port, auth_token=token, enable_memory_management=False)
        super().__init__(gateway_parameters=parameters)

    def _create_gateway_client(self) -> _GatewayClient:
        return _GatewayClient(gateway_parameters=self.gateway_parameters)


def _one_line(error: Any) -> str:
    """Returns the messages of a Java exception and its causes, without repetition."""
    messages: list[str] = []
    throwable = error.java_exception
    while throwable is not None:
        text = str(throwable.getMessage() or throwable.toString())
        message = " ".join(text.partition(_STATUS_DUMP)[0].split()).rstrip(".")
        if not any(message in earlier for earlier in messages):
            messages.append(message)
        throwable = throwable.getCause()
    return ": ".join(messages)
