"""`python -m local.demo`: deploys an environment to the local AWS and submits its jobs. Exits with 0 if every pod is as
placed."""

import argparse
import contextlib
import signal
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from emr_eks_placement.common.errors import InputError
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.job.placement import ROLES
from local import folders
from local.aws.environment import process_environment, signed_out
from local.cdk import ROOT, CdkCli, CdkError
from local.demo.steps import Steps
from local.processes import Processes

if TYPE_CHECKING:
    from emr_eks_placement.cli.output.terminal import Style
    from local.demo.run import Outcome

FOLDER = ROOT / ".local" / "demo"
_ALL = ("*",)
_STYLES: Mapping[str, "Style"] = {"OK": "good", "DIFFERS": "bad"}
_AT_ONCE = 4  # commands; the machine is small


def main() -> int:
    """Runs the demo. Returns 0 if every pod is as placed, 1 for a difference or a failed deployment, 2 for an invalid
    environment file."""
    parser = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    parser.add_argument("--environment", default="local", help="the environment to deploy (default: %(default)s)")
    name: str = parser.parse_args().environment
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    console = Console(stderr=True, soft_wrap=True)
    file = ROOT / "environments" / f"{name}.yaml"
    try:
        with folders.held(FOLDER, _ALL):
            return _in_folder(name, file, console)
    except folders.FolderInUseError as error:
        console.print(str(error), markup=False)
        return 2


def _in_folder(name: str, file: Path, console: Console) -> int:
    try:
        code = run_demo(name, file, load_environment(file), console)
    except InputError as error:
        console.print(str(error), markup=False)
        return 2
    except CdkError as error:
        console.print(str(error), markup=False)
        return 1
    except KeyboardInterrupt:
        folders.clear(FOLDER, _ALL)
        console.print("Interrupted; everything that was started has ended.")
        return 130
    if code == 0:
        folders.clear(FOLDER, _ALL)
    return code


def run_demo(name: str, file: Path, environment: Environment, console: Console) -> int:
    """Deploys the environment to a local AWS, submits each job in each of its placements and reports. Returns the exit
    code.

    Independent steps run side by side. The table is printed before the local AWS ends.
    """
    console.print(f"Deploying {file.relative_to(ROOT)} to a local AWS, then running its jobs with real Spark.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        ThreadPoolExecutor(_AT_ONCE) as pool,
        contextlib.ExitStack() as started,
        Processes() as processes,
        Steps(console) as step,
    ):
        cdk = CdkCli(name, FOLDER / "cdk.out", FOLDER / "cdk.log", processes)

        def synthesize() -> None:
            with step("cdk synth"):
                cdk.synth(process_environment(signed_out(FOLDER / "aws")))

        synthesized = pool.submit(synthesize)
        with step("start the local AWS"):
            from local.cluster import LocalCluster
            from local.demo.run import node_group_names, submit
            from local.deploy import bootstrap, deploy_synthesized

            local = started.enter_context(LocalCluster(FOLDER, region=environment.region))
        with step("cdk bootstrap"):
            bootstrap(local, cdk)
        synthesized.result()
        with step("cdk deploy --all"):
            deploy_synthesized(local, cdk)

        def run(job: str, placement: str) -> "Outcome":
            with step(f"emr-placement submit {job} --placement {placement} --wait"):
                return submit(local, environment, file, job, placement, processes)

        names = [(job, placement) for job, settings in environment.jobs.items() for placement in settings.placements]
        outcomes = list(pool.map(run, *zip(*names, strict=True))) if names else []
        code = report(outcomes, node_group_names(local), console)
        with step("end the local AWS"):
            started.close()
        return code


def report(outcomes: "list[Outcome]", node_groups: Mapping[str, str], console: Console) -> int:
    """Prints the table and every difference. Returns 0 if there is none."""
    sys.stdout.write("".join(f"{line}\n" for line in _table(outcomes, node_groups)))
    for outcome in outcomes:
        if outcome.state != "COMPLETED":
            console.print(f"{outcome.job}, {outcome.placement}: {outcome.state}: {outcome.details}", markup=False)
        for role, difference in outcome.differences:
            console.print(f"{outcome.job}, {outcome.placement}: {role}: {difference}", markup=False)
    if not outcomes or not all(outcome.as_placed for outcome in outcomes):
        console.print(f"Logs are in {FOLDER}", markup=False)
        return 1
    return 0


def _table(outcomes: "list[Outcome]", node_groups: Mapping[str, str]) -> list[str]:
    """A row for each placement, and further ones where pods of a kind went to several places; how many are well comes last."""
    from emr_eks_placement.cli.output.terminal import number_of, table, terminal_width
    from local.demo.observed import where

    rows = []
    for outcome in outcomes:
        places = [
            dict.fromkeys(where(pod, node_groups) for pod in outcome.pods.get(role, [])) or [""] for role in ROLES
        ]
        first = (outcome.placement, "OK" if outcome.as_placed else "DIFFERS")
        for (name, verdict), cells in zip_longest([first], zip_longest(*places, fillvalue=""), fillvalue=("", "")):
            rows.append((name, *cells, verdict))
    well = sum(outcome.as_placed for outcome in outcomes)
    counts = [f"{number} {words}" for number, words in ((well, "OK"), (len(outcomes) - well, "differ")) if number]
    lines = table(("placement", *ROLES, ""), rows, terminal_width(), narrowed=(3, 2, 1), styles=_STYLES)
    return [*lines, f"{number_of(len(outcomes), 'placement')}{': ' if counts else ''}{', '.join(counts)}"]


if __name__ == "__main__":
    sys.exit(main())
