"""`python -m local`: starts the local AWS and keeps it until Ctrl-C, for the AWS CLI, the CDK CLI and boto3."""

import argparse
import shlex
import signal
import sys
import threading

from local.cdk import ROOT
from local.cluster import LocalCluster


def main() -> int:
    """Serves until SIGINT or SIGTERM; prints the variables that lead clients here."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("--port", type=int, default=4566, help="port on 127.0.0.1 (default: %(default)s)")
    parser.add_argument("--region", default="us-east-1", help="region of the account (default: %(default)s)")
    options = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with LocalCluster(ROOT / ".local" / "cluster", region=options.region, port=options.port) as local:
        for name, value in local.aws.environment.items():
            sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
        sys.stdout.write(f"# Kubernetes API: {local.kubernetes.url}. Ctrl-C ends everything.\n")
        sys.stdout.flush()
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
