"""The arguments of the commands that start, follow and cancel job runs."""

import argparse

from emr_eks_placement.cli.options.arguments import (
    add_account_options,
    add_environment,
    add_fail_on,
    add_output,
    add_placement_options,
    add_problem_options,
    add_repeatable,
    path,
)

_EVENTS = "lines to read, or a JSON object for each event"


def add_virtual_clusters(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Adds the arguments of commands that read several job runs."""
    which = parser.add_mutually_exclusive_group(required=required)
    add_environment(which, "those of the environment of this file", required=False)
    which.add_argument("--virtual-cluster", metavar="ID", help="those of the virtual cluster of this id")
    add_account_options(parser)


def add_job_run(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of commands that read one job run."""
    parser.add_argument(
        "job_run", metavar="JOB-RUN", help="its id, with --environment or --virtual-cluster; or its ARN"
    )
    add_virtual_clusters(parser, required=False)


def add_submit(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of submit."""
    parser.add_argument(
        "job",
        metavar="JOB",
        help="a job of the environment, or the file of a StartJobRun request (- for standard input)",
    )
    add_environment(parser, "the environment file of the job, or of the request's cluster", required=False)
    add_placement_options(parser)
    parser.add_argument(
        "--argument",
        action="append",
        default=[],
        metavar="VALUE",
        help="an argument after those of the entry point; repeatable; --argument=--name for one with a dash",
    )
    add_repeatable(parser, "--conf", "KEY=VALUE", "a Spark property, over the definition's")
    parser.add_argument(
        "--run-name",
        metavar="NAME",
        help="the run's name; a run with the same name is not started again "
        "(default: job, placement, time and something random)",
    )
    parser.add_argument("--force", action="store_true", help="start it even if the plan has errors")
    add_problem_options(parser, "the lowest severity that stops it", "error")
    parser.add_argument("--wait", action="store_true", help="follow the run to its end")
    parser.add_argument(
        "--cancel-on-interrupt",
        action="store_true",
        help="with --wait: Ctrl-C cancels the run (default: the run continues)",
    )
    add_output(parser, ("text", "json"), _EVENTS)
    add_account_options(parser)


def add_submit_many(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of submit-many."""
    parser.add_argument(
        "file",
        type=path,
        metavar="FILE.jsonl",
        help="a JSON object a line: job with placement, mode, zone, arguments, conf and run_name, or request; at most 10,000",
    )
    add_environment(parser, "the environment file of the jobs", required=False)
    parser.add_argument(
        "--journal", type=path, metavar="FILE", help="the record of started runs (default: FILE.jsonl.journal)"
    )
    parser.add_argument(
        "--concurrency", type=int, default=8, metavar="N", help="requests at once (default: %(default)s)"
    )
    parser.add_argument(
        "--spread",
        choices=("round-robin", "capacity"),
        help="assign a zone to each run without one: in turn, or by the room on the zone's nodes",
    )
    parser.add_argument(
        "--zones",
        metavar="ZONE,...",
        help="with --spread: only over these zones (default: all of the environment)",
    )
    parser.add_argument("--retry-refused", action="store_true", help="submit those again that EMR refused")
    parser.add_argument("--force", action="store_true", help="start them even if a plan has errors")
    add_problem_options(parser, "the lowest severity that stops the fleet", "error")
    add_output(parser, ("text", "json"), _EVENTS)
    add_account_options(parser)


def add_list(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of list."""
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
    add_output(parser)


def add_status(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of status."""
    add_job_run(parser)
    add_output(parser)


def add_observe(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of observe."""
    add_job_run(parser)
    add_output(parser)


def add_smoke_test(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of smoke-test."""
    add_environment(parser, "the environment file that was deployed")
    parser.add_argument(
        "--placement",
        action="append",
        default=[],
        metavar="NAME",
        help="only placements of this name; repeatable (default: all)",
    )
    parser.add_argument("--job", metavar="JOB", help="run this job of the environment, as deployed, not the small job")
    parser.add_argument(
        "--timeout",
        type=float,
        default=1200,
        metavar="SECONDS",
        help="how long a run may take before it is cancelled (default: %(default)s)",
    )
    add_repeatable(parser, "--ignore", "KIND", "a kind of difference not to report")
    meaning = "the lowest severity with exit status 1; an error is a run that failed or a pod that is elsewhere"
    add_fail_on(parser, "error", "warning", meaning)
    add_output(parser)
    parser.add_argument(
        "--show-names", action="store_true", help="with --output json: keep ids, ARNs, addresses and names of buckets"
    )
    add_account_options(parser)


def add_logs(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of logs."""
    add_job_run(parser)
    parser.add_argument(
        "--pod", choices=("driver", "executors", "submitter"), default="driver", help="whose log (default: %(default)s)"
    )
    parser.add_argument("--stream", choices=("stdout", "stderr"), default="stdout", help="which (default: %(default)s)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--tail", type=int, metavar="N", help="only the last lines of each pod")
    how.add_argument("-f", "--follow", action="store_true", help="continue until the run has ended")


def add_cancel(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of cancel."""
    add_job_run(parser)
    parser.add_argument("--wait", action="store_true", help="wait until it has ended")
    add_output(parser, ("text", "json"), _EVENTS)
