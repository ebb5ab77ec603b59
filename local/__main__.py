"""`python -m local`: starts the local AWS and keeps it running until Ctrl-C, for the AWS CLI, the CDK CLI and boto3."""

import argparse
import contextlib
import shlex
import signal
import sys
import threading
from pathlib import Path

from emr_eks_placement.common.errors import InputError
from emr_eks_placement.environment_file import load_environment
from local.cdk import ROOT

_GRANTED = [("ec2", "L-1216C47A"), ("ec2", "L-34B43A08"), ("fargate", "L-3032A538")]
"""Quotas of vCPU, which an account that runs Spark has raised."""


def main() -> int:
    """Serves until SIGINT or SIGTERM. Returns 0, or 2 for an invalid environment file or a port in use."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("--environment", default="local", help="whose region is served (default: %(default)s)")
    parser.add_argument("--port", type=int, default=4566, help="port on 127.0.0.1 (default: %(default)s)")
    parser.add_argument(
        "--folder",
        type=Path,
        default=ROOT / ".local/cluster",
        help="of logs and of the file to source (default: %(default)s)",
    )
    options = parser.parse_args()
    file = Path("environments", f"{options.environment}.yaml")
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        region = load_environment(ROOT / file).region
        _say("Starting the local AWS")
        _serve(region, file, options, ended)
    except (InputError, OSError) as error:
        _say(str(error))
        return 2
    return 0


def _serve(region: str, file: Path, options: argparse.Namespace, ended: threading.Event) -> None:
    from local.aws.ministack import served_region
    from local.cluster import LocalCluster

    def refusal(asked: str) -> str:
        return f"the local AWS serves {region}, the region of {file}, not {asked}: make local ENVIRONMENT=NAME serves others"

    with contextlib.ExitStack() as started:
        local = started.enter_context(LocalCluster(options.folder, region=region, port=options.port))
        started.enter_context(served_region.only(region, refusal))
        local.aws.service_quotas.applied |= dict.fromkeys(_GRANTED, 1000.0)
        lines = (f"export {name}={shlex.quote(value)}\n" for name, value in local.aws.environment.items())
        variables = options.folder / "variables.sh"
        variables.write_text("".join(lines), "utf-8")
        started.callback(variables.unlink, missing_ok=True)
        _say(f"The local AWS serves {region} at {local.aws.url}, and a Kubernetes API at {local.kubernetes.url}.")
        _say("In another shell, for the AWS CLI, the CDK CLI and boto3 (Ctrl-C here ends everything):")
        _say(f"source {shlex.quote(str(variables))}")
        ended.wait()
        _say("Ending the local AWS")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
