"""The arguments of each command."""

import argparse
import os


def path(text: str) -> os.PathLike[str]:
    """A path of the command line as a pathlib.Path, which is imported only for it: --help answers at once."""
    from pathlib import Path

    return Path(text)


def add_account_options(parser: argparse.ArgumentParser) -> None:
    """Of every command that calls AWS."""
    parser.add_argument(
        "--profile", metavar="NAME", help="the AWS profile (default: the standard chain, from AWS_PROFILE on)"
    )
    parser.add_argument(
        "--region",
        metavar="NAME",
        help="the AWS region (default: of the environment file, else of AWS_REGION or of the profile)",
    )


def add_plan(parser: argparse.ArgumentParser) -> None:
    """Of plan."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a StartJobRun request as JSON; - is standard input")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("-e", "--environment", type=path, metavar="FILE", help="plan for an environment file")
    source.add_argument("--assembly", type=path, metavar="DIR", help="plan for what cdk synth wrote, such as cdk.out")
    source.add_argument("--cluster", metavar="NAME", help="plan for a live EKS cluster; makes read-only calls to AWS")
    parser.add_argument(
        "--virtual-cluster",
        metavar="NAME",
        help="name or id of the requests' virtual cluster (default: their virtualClusterId, or the only one)",
    )
    parser.add_argument("--namespace", help="the requests' namespace, instead of their virtual cluster's")
    parser.add_argument(
        "--pod-templates",
        type=path,
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
    add_account_options(parser)


def add_virtual_clusters(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Of the commands that look at job runs."""
    which = parser.add_mutually_exclusive_group(required=required)
    which.add_argument("-e", "--environment", type=path, metavar="FILE", help="those of what this file has deployed")
    which.add_argument("--virtual-cluster", metavar="ID", help="those of the virtual cluster of this id")
    add_account_options(parser)


def add_job_run(parser: argparse.ArgumentParser) -> None:
    """Of the commands that look at one job run."""
    parser.add_argument(
        "job_run", metavar="JOB-RUN", help="its id, with --environment or --virtual-cluster; or its ARN"
    )
    add_virtual_clusters(parser, required=False)


def add_submit(parser: argparse.ArgumentParser) -> None:
    """Of submit."""
    parser.add_argument(
        "job",
        metavar="JOB",
        help="a job of the environment, or the JSON file of a StartJobRun request (- for standard input)",
    )
    parser.add_argument(
        "-e",
        "--environment",
        type=path,
        metavar="FILE",
        help="the environment file of the job, or of the request's cluster",
    )
    parser.add_argument(
        "--mode", metavar="MODE", help="the placement mode: fargate, fargate-executors, pinned-driver, ec2"
    )
    parser.add_argument("--placement", metavar="NAME", help="a placement of the job, instead of --mode")
    parser.add_argument("--zone", metavar="ZONE", help="the one zone of driver and executors, as us-east-1a")
    parser.add_argument(
        "--argument",
        action="append",
        default=[],
        metavar="VALUE",
        help="an argument after those of the entry point; repeatable; --argument=--name for one with a dash",
    )
    parser.add_argument(
        "--conf",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a Spark property, over the definition's; repeatable",
    )
    parser.add_argument(
        "--run-name",
        metavar="NAME",
        help="what the run is called, and known by: submitted again under the same name, it is not started again "
        "(default: job, placement, time and something random)",
    )
    parser.add_argument("--force", action="store_true", help="start it whatever the plan says")
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="CODE", help="a problem not to report; repeatable"
    )
    parser.add_argument(
        "--fail-on",
        choices=("warning", "error"),
        default="error",
        help="the least problem that stops it (default: %(default)s)",
    )
    parser.add_argument("--wait", action="store_true", help="follow the run to its end")
    parser.add_argument(
        "--cancel-on-interrupt", action="store_true", help="with --wait: Ctrl-C cancels the run, which else goes on"
    )
    _add_events_output(parser)
    add_account_options(parser)


def add_submit_many(parser: argparse.ArgumentParser) -> None:
    """Of submit-many."""
    parser.add_argument(
        "file",
        type=path,
        metavar="FILE.jsonl",
        help="a JSON object a line: job with placement, mode, zone, arguments, conf and run_name, or request; at most 10,000",
    )
    parser.add_argument("-e", "--environment", type=path, metavar="FILE", help="the environment file of the jobs")
    parser.add_argument(
        "--journal", type=path, metavar="FILE", help="what is started already (default: FILE.jsonl.journal)"
    )
    parser.add_argument(
        "--concurrency", type=int, default=8, metavar="N", help="requests at once (default: %(default)s)"
    )
    parser.add_argument(
        "--spread",
        choices=("round-robin", "capacity"),
        help="give each run that has none a zone of its own: in turn, or by what the zone's nodes hold",
    )
    parser.add_argument(
        "--zones", metavar="ZONE,...", help="with --spread: only over these (default: all of the environment)"
    )
    parser.add_argument("--retry-refused", action="store_true", help="ask again for those that EMR refused")
    parser.add_argument("--force", action="store_true", help="start them whatever the plan says")
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="CODE", help="a problem not to report; repeatable"
    )
    parser.add_argument(
        "--fail-on",
        choices=("warning", "error"),
        default="error",
        help="the least problem that stops the fleet (default: %(default)s)",
    )
    _add_events_output(parser)
    add_account_options(parser)


def add_list(parser: argparse.ArgumentParser) -> None:
    """Of list."""
    add_virtual_clusters(parser)
    parser.add_argument("--active", action="store_true", help="only those that have not ended")
    parser.add_argument(
        "--state",
        action="append",
        default=[],
        choices=("PENDING", "SUBMITTED", "RUNNING", "CANCEL_PENDING", "COMPLETED", "FAILED", "CANCELLED"),
        help="only those in this state; repeatable",
    )
    parser.add_argument("--name", metavar="NAME", help="only those of this run name")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="at most so many (default: %(default)s)")
    _add_output(parser)


def add_status(parser: argparse.ArgumentParser) -> None:
    """Of status."""
    add_job_run(parser)
    _add_output(parser)


def add_observe(parser: argparse.ArgumentParser) -> None:
    """Of observe."""
    add_job_run(parser)
    _add_output(parser)


def add_logs(parser: argparse.ArgumentParser) -> None:
    """Of logs."""
    add_job_run(parser)
    parser.add_argument(
        "--pod", choices=("driver", "executors", "submitter"), default="driver", help="whose log (default: %(default)s)"
    )
    parser.add_argument("--stream", choices=("stdout", "stderr"), default="stdout", help="which (default: %(default)s)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--tail", type=int, metavar="N", help="only the last lines of each pod")
    how.add_argument("-f", "--follow", action="store_true", help="go on until the run has ended")


def add_cancel(parser: argparse.ArgumentParser) -> None:
    """Of cancel."""
    add_job_run(parser)
    parser.add_argument("--wait", action="store_true", help="wait until it has ended")
    _add_events_output(parser)


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--output", choices=("table", "json"), default="table", help="what to print (default: %(default)s)"
    )


def _add_events_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--output",
        choices=("text", "json"),
        default="text",
        help="lines to read, or a JSON object for each event (default: %(default)s)",
    )


def add_check_account(parser: argparse.ArgumentParser) -> None:
    """Of check-account."""
    _add_checks(parser, "the environment file to be deployed")


def add_doctor(parser: argparse.ArgumentParser) -> None:
    """Of doctor."""
    _add_checks(parser, "the environment file that was deployed")


def _add_checks(parser: argparse.ArgumentParser, environment: str) -> None:
    """Of the commands that check an account."""
    parser.add_argument("-e", "--environment", type=path, required=True, metavar="FILE", help=environment)
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
    add_account_options(parser)


def add_drain(parser: argparse.ArgumentParser) -> None:
    """Of drain."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("-e", "--environment", type=path, metavar="FILE", help="drain what this file has deployed")
    which.add_argument("--virtual-cluster", metavar="ID", help="drain the virtual cluster of this id")
    parser.add_argument(
        "--timeout",
        type=float,
        default=600,
        metavar="SECONDS",
        help="how long to wait for the job runs to end (default: %(default)s)",
    )
    parser.add_argument("--yes", action="store_true", help="cancel without asking")
    add_account_options(parser)


def add_empty_bucket(parser: argparse.ArgumentParser) -> None:
    """Of empty-bucket."""
    parser.add_argument(
        "-e",
        "--environment",
        type=path,
        required=True,
        metavar="FILE",
        help="empty the bucket that this file has deployed",
    )
    parser.add_argument("--yes", action="store_true", help="delete without asking")
    add_account_options(parser)


def add_deployer_policy(parser: argparse.ArgumentParser) -> None:
    """Of deployer-policy."""
    parser.add_argument(
        "--assembly", type=path, required=True, metavar="DIR", help="what cdk synth wrote, such as cdk.out"
    )
    parser.add_argument(
        "--account", metavar="ID", help="the account of the resources (default: the assembly's, or * where it has none)"
    )
    parser.add_argument(
        "-o",
        "--output-directory",
        type=path,
        default="deployer-policy",
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
        type=path,
        required=True,
        metavar="FILE",
        help="the environment file, such as environments/dev.yaml",
    )
    parser.add_argument(
        "-o",
        "--output-directory",
        type=path,
        default="definitions",
        metavar="DIR",
        help="where to write (default: %(default)s)",
    )
    parser.add_argument(
        "--outputs",
        type=path,
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
