"""`python -m local.demo`: deploys an environment to the local AWS and runs its jobs; exit 0 when every pod is as placed."""

import argparse
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.errors import InputError
from local.cdk import ROOT, CdkCli, CdkError
from local.cluster import LocalCluster
from local.demo.observed import ROLES
from local.demo.run import Outcome, deployed_definitions, run_definition
from local.deploy import deploy

FOLDER = ROOT / ".local" / "demo"


def main() -> int:
    """Runs the demo; 0: every pod as placed, 1: a difference or a failed deployment, 2: a bad environment file."""
    parser = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    parser.add_argument("--environment", default="local", help="the environment to deploy (default: %(default)s)")
    name: str = parser.parse_args().environment
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    console = Console(stderr=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    try:
        outcomes = run_demo(name, FOLDER, console)
    except InputError as error:
        console.print(str(error), markup=False)
        return 2
    except CdkError as error:
        console.print(str(error), markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("Interrupted; everything that was started has ended.")
        return 130
    return report(outcomes, console)


def run_demo(name: str, folder: Path, console: Console) -> list[Outcome]:
    """Deploys the environment of that name to a local AWS of its own and runs each deployed definition."""
    environment = load_environment(ROOT / "environments" / f"{name}.yaml")
    cdk = CdkCli(name, folder / "cdk.out", folder / "cdk.log")
    with LocalCluster(folder, region=environment.region) as local:
        with step(console, "cdk synth, bootstrap and deploy to the local AWS"):
            bucket = deploy(local, cdk)
        outcomes = []
        for job, placement, definition in deployed_definitions(local, bucket):
            with step(console, f"job {job}, placement {placement}"):
                outcomes.append(run_definition(local, environment, job, placement, definition))
        return outcomes


def report(outcomes: list[Outcome], console: Console) -> int:
    """Prints the table and every difference; 0 if there is none."""
    Console(width=None if sys.stdout.isatty() else 170).print(_table(outcomes))
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


def _table(outcomes: list[Outcome]) -> Table:
    table = Table("placement", *ROLES, "", title="Where each pod went")
    for outcome in outcomes:
        cells = ["\n".join(dict.fromkeys(str(pod) for pod in outcome.pods[role])) for role in ROLES]
        table.add_row(outcome.placement, *cells, "OK" if outcome.as_placed else "DIFFERS")
    return table


if __name__ == "__main__":
    sys.exit(main())
