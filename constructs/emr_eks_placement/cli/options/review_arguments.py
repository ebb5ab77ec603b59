"""The arguments of the commands that review an environment and work out its costs."""

import argparse

from emr_eks_placement.cli.options.arguments import (
    add_account_options,
    add_environment,
    add_output,
    add_output_directory,
    add_placement_options,
    path,
)


def add_map(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `map`."""
    parser.add_argument("jobs", nargs="*", metavar="JOB", help="draw the pods of these jobs (default: every job)")
    add_environment(parser, "the environment file")


def add_cost(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `cost`."""
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE|JOB",
        help="a StartJobRun request, or a job of the environment (default: every job)",
    )
    add_environment(parser, "the environment file")
    add_placement_options(parser)
    parser.add_argument(
        "--duration", metavar="TIME", help="how long a run takes, such as 45m or 1h30m (default: the job's)"
    )
    parser.add_argument(
        "--runs-per-month", type=float, metavar="N", help="how many runs a month has (default: the job's)"
    )
    parser.add_argument(
        "--shuffle-gb",
        type=float,
        metavar="N",
        help="how many GB the executors of a run send each other (default: the job's)",
    )
    parser.add_argument(
        "--from-runs",
        type=int,
        metavar="DAYS",
        help="take duration and number of runs from the job runs of the last DAYS days in the account, where a job has any",
    )
    _add_prices_options(parser)
    parser.add_argument("-v", "--verbose", action="store_true", help="show the parts of every placement")
    add_output(parser)
    add_account_options(parser)
    of_plan = ("assembly", "cluster", "virtual_cluster", "namespace", "pod_templates", "fargate_vcpus")
    parser.set_defaults(**dict.fromkeys(of_plan), ignore=[])


def add_review(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `review`."""
    what = "an environment file, REVISION:PATH of one (git), or the folder of a cloud assembly"
    parser.add_argument("before", metavar="BEFORE", help=f"{what}; alone: review it by itself")
    parser.add_argument("after", nargs="?", metavar="AFTER", help="the same after the change")
    parser.add_argument(
        "--no-resources",
        action="store_true",
        help="do not synthesize environment files: leave out what changes of CloudFormation's resources",
    )
    parser.add_argument(
        "--fail-on",
        action="append",
        default=[],
        metavar="GATE",
        help="make the exit status 1: replaced (something that holds data, or that pods run on), problem (a new error), "
        "cost=+10%% or cost=+50 (US dollars a month at rest); repeatable",
    )
    _add_prices_options(parser)
    add_output(parser, ("table", "json", "markdown", "sarif", "annotations", "html"))
    parser.add_argument(
        "--write",
        action="append",
        default=[],
        metavar="FORMAT=FILE",
        help="also write the review in a format of --output to a file; repeatable",
    )


def _add_prices_options(parser: argparse.ArgumentParser) -> None:
    """Of the commands that work out costs."""
    parser.add_argument(
        "--spot-discount",
        type=float,
        metavar="SHARE",
        help="how much less Spot is taken to cost where its price is not listed, such as 0.6 (default: prices.spot_discount of "
        "the environment file, else nothing)",
    )
    parser.add_argument(
        "--prices",
        type=path,
        metavar="DIR",
        help="where price lists are, REGION.json (default: prices.folder of the file)",
    )


def add_prices(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `prices`."""
    parser.add_argument("action", choices=("refresh",), metavar="refresh", help="read them from AWS")
    add_output_directory(parser, "environments/prices")
    add_account_options(parser)
