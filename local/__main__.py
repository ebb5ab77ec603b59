"""`python -m local`: starts the local AWS and keeps it running until Ctrl-C, for the AWS CLI, the CDK CLI and boto3."""

import argparse
import contextlib
import os
import shlex
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from emr_eks_placement.common.errors import InputError
from emr_eks_placement.environment_file import load_environment
from local import folders, processes
from local.cdk import ROOT
from local.ending import Ending

_GRANTED = [("ec2", "L-1216C47A"), ("ec2", "L-34B43A08"), ("fargate", "L-3032A538")]
"""Quotas of vCPU, which an account that runs Spark has raised."""
_VARIABLES = "variables.sh"
_LEFT_OVER = (_VARIABLES, "aws/ministack", "aws/lambda", "aws/cdk-home", "spark/spark-*")
"""What only a server that is ended by force leaves in its folder; logs are kept."""
_FOLDER = ROOT / ".local/cluster"


def main() -> int:
    """Serves until SIGINT, SIGTERM or SIGHUP. Returns 0, or 2 for an invalid environment file, a port or folder in use."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("--environment", default="local", help="whose region is served (default: %(default)s)")
    parser.add_argument("--port", type=int, default=4566, help="port on 127.0.0.1 (default: %(default)s)")
    parser.add_argument(
        "--folder",
        type=Path,
        help=f"of logs and of the file to source (default: {_FOLDER}, or {_FOLDER}-2 while it is in use)",
    )
    options = parser.parse_args()
    file = Path("environments", f"{options.environment}.yaml")
    try:
        region = load_environment(ROOT / file).region
        _check_port(options.port)
        with _folder(options.folder) as folder:
            ending = Ending(lambda: _end_by_force(folder))
            _say("Starting the local AWS")
            _serve(region, file, folder, options.port, ending)
    except (InputError, OSError) as error:
        _say(str(error))
        return 2
    return 0


def _check_port(port: int) -> None:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OverflowError as error:
        raise OSError(str(error)) from None
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise OSError(f"port {port} of 127.0.0.1: {why}; make local PORT=N takes another one") from None


def _folder(named: Path | None) -> contextlib.AbstractContextManager[Path]:
    return folders.held(named, _LEFT_OVER) if named else folders.first_free(_FOLDER, _LEFT_OVER)


def _end_by_force(folder: Path) -> None:
    processes.kill_sessions()
    folders.clear(folder, _LEFT_OVER)


def _serve(region: str, file: Path, folder: Path, port: int, ending: Ending) -> None:
    from local.aws.ministack import served_region
    from local.cluster import LocalCluster

    def refusal(asked: str) -> str:
        return f"the local AWS serves {region}, the region of {file}, not {asked}: make local ENVIRONMENT=NAME serves others"

    with contextlib.ExitStack() as started:
        local = started.enter_context(LocalCluster(folder, region=region, port=port))
        started.enter_context(served_region.only(region, refusal))
        local.aws.service_quotas.applied |= dict.fromkeys(_GRANTED, 1000.0)
        variables = started.enter_context(_for_this_user(folder / _VARIABLES, local.aws.environment))
        _say(f"The local AWS serves {region} at {local.aws.url}, and a Kubernetes API at {local.kubernetes.url}.")
        _say("In another shell, for the AWS CLI, the CDK CLI and boto3 (Ctrl-C here ends everything):")
        _say(f"source {shlex.quote(str(variables))}")
        ending.wait()
        _say("Ending the local AWS")


@contextlib.contextmanager
def _for_this_user(file: Path, variables: dict[str, str]) -> Iterator[Path]:
    """A file to source with the variables, which nobody else may read: the key pair is among them."""
    lines = (f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.writelines(lines)
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)


def _say(line: str) -> None:
    with contextlib.suppress(OSError):  # a terminal that was closed
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
