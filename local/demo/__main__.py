"""`python -m local.demo`: deploys an environment to the local AWS and submits its jobs; exit 0 when every pod is as placed."""

import argparse
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from emr_eks_placement.common.errors import InputError
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.job.placement import ROLES
from local.cdk import ROOT, CdkCli, CdkError
from local.cluster import LocalCluster
from local.demo.observed import where
from local.demo.run import Outcome, node_group_names, submit
from local.deploy import deploy

FOLDER = ROOT / ".local" / "demo"


def main() -> int:
    """Runs the demo; 0: every pod as placed, 1: a difference or a failed deployment, 2: a bad environment file."""
    parser = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    parser.add_argument("--environment", default="local", help="the environment to deploy (default: %(default)s)")
    name: str = parser.parse_args().environment
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    console = Console(stderr=True, soft_wrap=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    try:
        outcomes, node_groups = run_demo(name, FOLDER, console)
    except InputError as error:
        console.print(str(error), markup=False)
        return 2
    except CdkError as error:
        console.print(str(error), markup=False)
        return 1
    except KeyboardInterrupt:
        shutil.rmtree(FOLDER, ignore_errors=True)
        console.print("Interrupted; everything that was started has ended.")
        return 130
    return report(outcomes, node_groups, console)


def run_demo(name: str, folder: Path, console: Console) -> tuple[list[Outcome], dict[str, str]]:
    """Deploys the environment of that name to a local AWS of its own and submits each job in each of its placements.

    The outcomes, and what to call each deployed node group.
    """
    file = ROOT / "environments" / f"{name}.yaml"
    environment = load_environment(file)
    cdk = CdkCli(name, folder / "cdk.out", folder / "cdk.log")
    with LocalCluster(folder, region=environment.region) as local:
        deploy(local, cdk, partial(step, console))
        outcomes = []
        for job, settings in environment.jobs.items():
            for placement in settings.placements:
                with step(console, f"emr-placement submit {job} --placement {placement} --wait"):
                    outcomes.append(submit(local, environment, file, job, placement))
        return outcomes, node_group_names(local)


def report(outcomes: list[Outcome], node_groups: Mapping[str, str], console: Console) -> int:
    """Prints the table and every difference; 0 if there is none."""
    Console(width=None if sys.stdout.isatty() else 170).print(_table(outcomes, node_groups))
    for outcome in outcomes:
        if outcome.state != "COMPLETED":
            console.print(f"{outcome.job}, {outcome.placement}: {outcome.state}: {outcome.details}", markup=False)
        for role, difference in outcome.differences:
            console.print(f"{outcome.job}, {outcome.placement}: {role}: {difference}", markup=False)
    if not outcomes or not all(outcome.as_placed for outcome in outcomes):
        console.print(f"Logs are in {FOLDER}", markup=False)
        return 1
    shutil.rmtree(FOLDER)
    return 0


@contextmanager
def step(console: Console, what: str) -> Iterator[None]:
    """Shows that a step is under way, then how long it took."""
    start = time.monotonic()
    with console.status(what):
        yield
    console.print(f"{time.monotonic() - start:6.1f} s  {what}", markup=False, highlight=False)


def _table(outcomes: list[Outcome], node_groups: Mapping[str, str]) -> Table:
    table = Table("placement", *ROLES, "", title="Where each pod went")
    for outcome in outcomes:
        cells = [
            "\n".join(dict.fromkeys(where(pod, node_groups) for pod in outcome.pods.get(role, []))) for role in ROLES
        ]
        table.add_row(outcome.placement, *cells, "OK" if outcome.as_placed else "DIFFERS")
    return table


if __name__ == "__main__":
    sys.exit(main())
