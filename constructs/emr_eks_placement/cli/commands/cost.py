"""emr-placement cost: what an environment costs at rest, and each job in each of its placements."""

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from emr_eks_placement.cli.commands.plan import planned
from emr_eks_placement.cli.options.account import open_virtual_clusters
from emr_eks_placement.cli.output.cost import Costs, as_json, as_table
from emr_eks_placement.common.errors import placed_at, refused
from emr_eks_placement.cost import RunCost, Usage, cost_at_rest, cost_of_run, usage_of_runs
from emr_eks_placement.environment.price_settings import MOST_DISCOUNT
from emr_eks_placement.job.usage import LEAST, MOST, hours_of
from emr_eks_placement.planning import Plan
from emr_eks_placement.runs.price_lists import prices_of, usage_of

DONE, UNUSABLE = 0, 2
MOST_DAYS = 365


def run(options: argparse.Namespace) -> int:
    """Prints the costs; 0, or 2 where something can't be planned, which standard error reports.

    Raises InputError for the environment file, the options and the price list.
    """
    asked = _usage(options)
    source, of_files, of_jobs = planned(options)
    environment = source.account.environment
    if environment is None:
        raise refused("--environment", None, "costs are those of an environment file", "Name one")
    capacity = source.capacities[environment.name]
    prices = prices_of(
        environment, options.environment, folder=options.prices, spot_discount=_discount(options.spot_discount)
    )
    if not prices.listed.sources:
        fix = f"Run emr-placement prices refresh --region {environment.region}"
        raise refused(
            str(options.environment), environment.region, "no prices of this region are known", fix, path=("region",)
        )
    seen = _past_runs(options, {job.name: name for name, job in environment.jobs.items()})
    jobs: dict[str, dict[str, RunCost]] = {}
    for label, one in of_jobs.items():
        job, _, placement = label.partition("/")
        if isinstance(one, Plan):
            usage = asked.over(seen.get(job, Usage()).over(usage_of(environment.jobs[job])))
            jobs.setdefault(job, {})[placement] = cost_of_run(one, capacity, prices, usage)
    for file, one in of_files.items():
        if isinstance(one, Plan):
            jobs[file] = {"": cost_of_run(one, capacity, prices, asked)}
    at_rest = None if options.files else cost_at_rest(environment, capacity, prices, datetime.now(UTC).date())
    costs = Costs(environment.name, prices, at_rest, jobs)
    sys.stdout.write(as_json(costs) if options.output == "json" else as_table(costs, is_verbose=options.verbose))
    return DONE if all(isinstance(one, Plan) for one in (*of_files.values(), *of_jobs.values())) else UNUSABLE


def _usage(options: argparse.Namespace) -> Usage:
    """Returns what the options say of every job. Raises InputError, at the option, for what can't be."""
    hours = None
    if options.duration is not None:
        with placed_at("--duration"):
            hours = hours_of(options.duration)
    for name in ("runs_per_month", "shuffle_gb"):
        value = getattr(options, name)
        if value is not None and not LEAST <= value <= MOST:
            rule = f"must be from {LEAST} to {MOST} (product limit)"
            raise refused(f"--{name.replace('_', '-')}", value, rule, "Write a number within these bounds")
    return Usage(hours, options.runs_per_month, options.shuffle_gb)


def _past_runs(options: argparse.Namespace, jobs: Mapping[str, str]) -> dict[str, Usage]:
    """How jobs of the environment ran, by --from-runs. jobs: their names in the file by the names of their runs.

    Raises InputError for what can't be read.
    """
    if options.from_runs is None:
        return {}
    if not 1 <= options.from_runs <= MOST_DAYS:
        rule = f"must be from 1 to {MOST_DAYS} days (product limit)"
        raise refused("--from-runs", options.from_runs, rule, "Write a number within these bounds")
    period = timedelta(days=options.from_runs)
    account, ids = open_virtual_clusters(options)
    since = datetime.now(UTC) - period
    runs = (run for id_ in ids for run in account.job_runs.list(id_, created_after=since))
    return {jobs[name]: usage for name, usage in usage_of_runs(runs, jobs, period).items()}


def _discount(asked: float | None) -> float | None:
    if asked is not None and not 0 <= asked <= MOST_DISCOUNT:
        rule = f"must be from 0 to {MOST_DISCOUNT}: 0.6 is 60 % less than On-Demand"
        raise refused("--spot-discount", asked, rule, "Write for example 0.6")
    return asked
