"""emr-placement: the commands and how their errors are reported."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; 0: done, 2: unusable input, told in one line each on standard error."""
    options = _parser().parse_args(arguments)
    from emr_eks_placement.cli.define import run_define  # imported late: --help answers at once
    from emr_eks_placement.errors import InputError

    try:
        run_define(options)
    except InputError as error:
        for finding in error.findings:
            sys.stderr.write(f"error: {finding}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="emr-placement",
        description="Where each pod of a Spark job on EMR on EKS lands: EC2 node groups or AWS Fargate.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_define(
        commands.add_parser(
            "define",
            help="write StartJobRun definitions and their pod templates as files",
            description="Write the StartJobRun definition of each job and placement of an environment, and the pod templates "
            "they name, as files. What is not deployed yet, or not told, stands as a <placeholder>.",
            epilog="example: emr-placement define trip-count fargate -e environments/dev.yaml --outputs cdk-outputs.json",
        )
    )
    return parser


def _add_define(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", nargs="?", metavar="JOB", help="a job of the environment; every job unless given")
    parser.add_argument("placement", nargs="?", metavar="PLACEMENT", help="a placement of the job; all unless given")
    parser.add_argument(
        "-e",
        "--environment",
        type=Path,
        required=True,
        metavar="FILE",
        help="the environment file, such as environments/dev.yaml",
    )
    parser.add_argument(
        "-o",
        "--output-directory",
        type=Path,
        default=Path("definitions"),
        metavar="DIR",
        help="where to write (default: %(default)s)",
    )
    parser.add_argument(
        "--outputs",
        type=Path,
        metavar="FILE",
        help="the stack outputs of the deployed environment: cdk deploy --outputs-file FILE",
    )
    for option, what in (
        ("--virtual-cluster-id", "id of the virtual cluster"),
        ("--execution-role-arn", "ARN of the role that the job's pods run with"),
        ("--bucket", "bucket of the pod templates and uploaded files"),
        ("--log-group-name", "CloudWatch log group of the containers"),
        ("--log-uri", "S3 location of the containers' logs"),
    ):
        parser.add_argument(option, metavar="VALUE", help=f"{what}, instead of what --outputs says")


if __name__ == "__main__":
    sys.exit(main())
