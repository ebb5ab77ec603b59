"""emr-placement: the commands and how their errors are reported."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; 0: done, 1: something is wrong, as the command says, 2: unusable input, told in one line each on
    standard error.
    """
    options = _parser().parse_args(arguments)
    from emr_eks_placement.errors import InputError  # these are imported late: --help answers at once

    try:
        return _run(options)
    except InputError as error:
        for finding in error.findings:
            sys.stderr.write(f"error: {finding}\n")
        return 2


def _run(options: argparse.Namespace) -> int:
    if options.command == "define":
        from emr_eks_placement.cli.define import run_define

        run_define(options)
        return 0
    if options.command == "check-account":
        from emr_eks_placement.cli.check_account import run_check_account

        return run_check_account(options)
    if options.command == "drain":
        from emr_eks_placement.cli.drain import run_drain

        return run_drain(options)
    if options.command == "empty-bucket":
        from emr_eks_placement.cli.empty_bucket import run_empty_bucket

        return run_empty_bucket(options)
    if options.command == "deployer-policy":
        from emr_eks_placement.cli.deployer_policy import run_deployer_policy

        run_deployer_policy(options)
        return 0
    from emr_eks_placement.cli.plan import run_explain, run_plan

    return run_plan(options) if options.command == "plan" else run_explain(options)


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
    _add_plan(
        commands.add_parser(
            "plan",
            help="say where every pod of StartJobRun requests will land, and why",
            description="Say where the submitter, the driver and the executors of each request will land, and why: in what an "
            "environment file describes, in what a synthesized CDK app deploys, or in a live cluster. "
            "Exit status: 0 without problems, 1 with problems, 2 when a file can't be planned.",
            epilog="example: emr-placement plan job-run.json -e environments/dev.yaml",
        )
    )
    _add_check_account(
        commands.add_parser(
            "check-account",
            help="say whether an AWS account has what an environment needs before it is deployed",
            description="Check with read-only calls whether the account has what an environment needs before it is "
            "deployed: region, zones, instance types, quotas, roles, the CDK's bootstrap stack. "
            "Exit status: 0 when all is well, 1 when something is not, 2 without usable credentials or environment file.",
            epilog="example: emr-placement check-account -e environments/dev.yaml --profile my-profile",
        )
    )
    _add_drain(
        commands.add_parser(
            "drain",
            help="cancel the active job runs of an environment and wait until they have ended",
            description="Cancel every active job run of an environment's deployed virtual clusters, or of one virtual "
            "cluster, and wait until they have ended: before the environment is deleted. "
            "Exit status: 0 when no job run is active, 1 when some still are, 2 when nothing could be done.",
            epilog="example: emr-placement drain -e environments/dev.yaml --timeout 600",
        )
    )
    _add_empty_bucket(
        commands.add_parser(
            "empty-bucket",
            help="empty the bucket of an environment whose data goes with its stacks",
            description="Delete every object, with all its versions, of the bucket that an environment with retain_data: "
            "false has made: before the environment is deleted, as AWS deletes empty buckets only. A bucket that is to "
            "stay is left alone. Exit status: 0 when nothing is left to empty, 1 when not agreed to, 2 when it could not "
            "be done.",
            epilog="example: emr-placement empty-bucket -e environments/dev.yaml",
        )
    )
    _add_deployer_policy(
        commands.add_parser(
            "deployer-policy",
            help="write the IAM policies that deploying a synthesized app takes",
            description="Write the IAM policies that deploying, changing and deleting the stacks of a synthesized app takes, as "
            "files: execution-*.json for the role that CloudFormation deploys with, caller.json for whoever runs the CDK CLI.",
            epilog="example: emr-placement deployer-policy --assembly cdk.out --account 111122223333",
        )
    )
    explain = commands.add_parser("explain", help="say what the code of a problem means and how to mend it")
    explain.add_argument("code", nargs="?", metavar="CODE", help="a code that plan printed; every code unless given")
    return parser


def _add_plan(parser: argparse.ArgumentParser) -> None:
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


def _add_check_account(parser: argparse.ArgumentParser) -> None:
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


def _add_drain(parser: argparse.ArgumentParser) -> None:
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


def _add_empty_bucket(parser: argparse.ArgumentParser) -> None:
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


def _add_deployer_policy(parser: argparse.ArgumentParser) -> None:
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
