"""The arguments of each command."""

import argparse
from pathlib import Path


def add_plan(parser: argparse.ArgumentParser) -> None:
    """Of plan."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a StartJobRun request as JSON; - is standard input")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("-e", "--environment", type=Path, metavar="FILE", help="plan for an environment file")
    source.add_argument("--assembly", type=Path, metavar="DIR", help="plan for what cdk synth wrote, such as cdk.out")
    source.add_argument("--cluster", metavar="NAME", help="plan for a live EKS cluster; makes read-only calls to AWS")
    parser.add_argument(
        "--virtual-cluster",
        metavar="NAME",
        help="name or id of the requests' virtual cluster (default: their virtualClusterId, or the only one)",
    )
    parser.add_argument("--namespace", help="the requests' namespace, instead of their virtual cluster's")
    parser.add_argument(
        "--pod-templates",
        type=Path,
        metavar="DIR",
        help="where the pod templates are (default: beside the request, then in S3)",
    )
    parser.add_argument(
        "--fargate-vcpus", type=int, metavar="N", help="the account's quota L-3032A538 (default: of the source, or 6)"
    )
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="CODE", help="a problem not to report; repeatable"
    )
    parser.add_argument(
        "--fail-on",
        choices=("warning", "error"),
        default="warning",
        help="the least problem that makes the exit status 1 (default: %(default)s)",
    )
    parser.add_argument(
        "--output", choices=("table", "json", "markdown"), default="table", help="what to print (default: %(default)s)"
    )
    parser.add_argument("--profile", metavar="NAME", help="the AWS profile to read with")
    parser.add_argument("--region", metavar="NAME", help="the AWS region to read from")


def add_virtual_clusters(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Of the commands that look at job runs."""
    which = parser.add_mutually_exclusive_group(required=required)
    which.add_argument("-e", "--environment", type=Path, metavar="FILE", help="those of what this file has deployed")
    which.add_argument("--virtual-cluster", metavar="ID", help="those of the virtual cluster of this id")
    parser.add_argument("--profile", metavar="NAME", help="the AWS profile to work with")
    parser.add_argument("--region", metavar="NAME", help="the region of --virtual-cluster")


def add_job_run(parser: argparse.ArgumentParser) -> None:
    """Of the commands that look at one job run."""
    parser.add_argument(
        "job_run", metavar="JOB-RUN", help="its id, with --environment or --virtual-cluster; or its ARN"
    )
    add_virtual_clusters(parser, required=False)


def add_check_account(parser: argparse.ArgumentParser) -> None:
    """Of check-account."""
    parser.add_argument(
        "-e", "--environment", type=Path, required=True, metavar="FILE", help="the environment file to be deployed"
    )
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="CHECK", help="a check not to report; repeatable"
    )
    parser.add_argument(
        "--fail-on",
        choices=("warning", "missing"),
        default="warning",
        help="the least finding that makes the exit status 1; what is not checked counts as a warning "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--output", choices=("table", "json"), default="table", help="what to print (default: %(default)s)"
    )
    parser.add_argument("--profile", metavar="NAME", help="the AWS profile to read with")


def add_drain(parser: argparse.ArgumentParser) -> None:
    """Of drain."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("-e", "--environment", type=Path, metavar="FILE", help="drain what this file has deployed")
    which.add_argument("--virtual-cluster", metavar="ID", help="drain the virtual cluster of this id")
    parser.add_argument(
        "--timeout",
        type=float,
        default=600,
        metavar="SECONDS",
        help="how long to wait for the job runs to end (default: %(default)s)",
    )
    parser.add_argument("--yes", action="store_true", help="cancel without asking")
    parser.add_argument("--profile", metavar="NAME", help="the AWS profile to work with")
    parser.add_argument("--region", metavar="NAME", help="the region of --virtual-cluster")


def add_empty_bucket(parser: argparse.ArgumentParser) -> None:
    """Of empty-bucket."""
    parser.add_argument(
        "-e",
        "--environment",
        type=Path,
        required=True,
        metavar="FILE",
        help="empty the bucket that this file has deployed",
    )
    parser.add_argument("--yes", action="store_true", help="delete without asking")
    parser.add_argument("--profile", metavar="NAME", help="the AWS profile to work with")


def add_deployer_policy(parser: argparse.ArgumentParser) -> None:
    """Of deployer-policy."""
    parser.add_argument(
        "--assembly", type=Path, required=True, metavar="DIR", help="what cdk synth wrote, such as cdk.out"
    )
    parser.add_argument(
        "--account", metavar="ID", help="the account of the resources (default: the assembly's, or * where it has none)"
    )
    parser.add_argument(
        "-o",
        "--output-directory",
        type=Path,
        default=Path("deployer-policy"),
        metavar="DIR",
        help="where to write (default: %(default)s)",
    )


def add_define(parser: argparse.ArgumentParser) -> None:
    """Of define."""
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


def add_explain(parser: argparse.ArgumentParser) -> None:
    """Of explain."""
    parser.add_argument("code", nargs="?", metavar="CODE", help="a code that plan printed; every code unless given")
