"""The sides of a review: an environment file, one at a git revision, or a cloud assembly."""

import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from emr_eks_placement.assembly.cloud_assembly import load_stacks
from emr_eks_placement.common.errors import Finding, refused
from emr_eks_placement.common.yaml_document import YamlDocument
from emr_eks_placement.cost import RunCost, cost_at_rest, cost_of_run
from emr_eks_placement.environment import Environment, capacity_of
from emr_eks_placement.environment_file import read_environment
from emr_eks_placement.planning import Plan
from emr_eks_placement.review import Side
from emr_eks_placement.review.resources import Templates
from emr_eks_placement.runs.plan_jobs import JobPlanner
from emr_eks_placement.runs.price_lists import prices_of, usage_of

_METADATA = {"aws:cdk:enable-path-metadata": True}  # the names of constructs, as the CDK CLI has them in templates
_MOST_SECONDS = 600.0  # of git and of the app


@contextmanager
def opened(word: str) -> Iterator[Path]:
    """Yields the path of a side; for REVISION:PATH in a temporary copy of that revision.

    Raises InputError if it does not exist.
    """
    revision, colon, name = word.partition(":")
    if not colon or Path(word).exists():
        if not Path(word).exists():
            fix = "Name an environment file, REVISION:PATH of one, or the folder of a cloud assembly"
            raise refused(word, None, "there is no such file", fix)
        yield Path(word)
        return
    with TemporaryDirectory(prefix="emr-placement-review-") as folder:
        root = Path(_git(word, "rev-parse", "--show-toplevel").decode().strip())
        inside = Path.cwd().resolve().relative_to(root.resolve())
        archive = _git(word, "archive", "--format=tar", "--end-of-options", revision, folder=root)
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            packed.extractall(folder, filter="data")
        path = Path(folder, inside, name)
        if not path.is_file():
            raise refused(word, None, f"revision {revision} has no file {inside / name}", "Correct the path")
        yield path


def _git(word: str, *arguments: str, folder: Path | None = None) -> bytes:
    program = shutil.which("git")
    if program is None:
        raise refused(word, None, "git is not installed", "Install it, or name a file")
    command = [program, *arguments]
    ended = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=_MOST_SECONDS)  # noqa: S603
    if ended.returncode:
        reason = ended.stderr.decode(errors="replace").strip().splitlines()
        raise refused(word, None, f"git {arguments[0]}: {reason[-1] if reason else 'failed'}", "Correct the revision")
    return ended.stdout


def side_of(
    word: str, path: Path, *, today: date, app: Path | None, prices: Path | None, spot_discount: float | None
) -> tuple[Side, YamlDocument | None]:
    """Returns the data of a side to compare, and the document of its environment file.

    word: as on the command line. app: the folder of the CDK app that synthesizes an environment file, None to leave its
    resources out. prices, spot_discount: as in `prices_of`. Raises InputError for what can't be read or synthesized.
    """
    if path.is_dir():
        return Side(label=word, templates=read_templates(path)), None
    environment, document = read_environment(path)
    capacity = capacity_of(environment)
    planner = JobPlanner(environment, document, capacity)
    plans: dict[str, Plan] = {}
    not_planned: dict[str, tuple[Finding, ...]] = {}
    for label, one in planner.plan(list(environment.jobs), {"mode": None, "placement": None, "zone": None}):
        if isinstance(one, Plan):
            plans[label] = one
        else:
            not_planned[label] = one
    listed = prices_of(environment, path, folder=prices, spot_discount=spot_discount)
    costs: dict[str, RunCost] = {
        label: cost_of_run(one, capacity, listed, usage_of(environment.jobs[label.partition("/")[0]]))
        for label, one in plans.items()
    }
    return Side(
        label=word,
        environment=environment,
        plans=plans,
        not_planned=not_planned,
        costs=costs,
        at_rest=cost_at_rest(environment, capacity, listed, today),
        templates=None if app is None or not_planned else _synthesized(environment, path, app),
    ), document


def read_templates(folder: Path) -> Templates:
    """Returns the templates of an assembly, by stack; nested ones by their resource. Raises InputError as `load_stacks`
    does."""
    found: dict[str, Any] = {}
    for stack in load_stacks(folder):
        found[stack.id] = stack.template.value
    return found


def _synthesized(environment: Environment, path: Path, app: Path) -> Templates:
    """Synthesizes with the app of cdk.json, as the CDK CLI does without credentials, and without a comparison with
    deployed stacks."""
    settings = json.loads((app / "cdk.json").read_text("utf-8"))
    with TemporaryDirectory(prefix="emr-placement-synth-") as folder:
        context = {**settings.get("context", {}), "environment": str(path.resolve()), "compare": "false", **_METADATA}
        variables = {**os.environ, "CDK_OUTDIR": folder, "CDK_CONTEXT_JSON": json.dumps(context)}
        for name in ("CDK_DEFAULT_ACCOUNT", "CDK_DEFAULT_REGION"):
            variables.pop(name, None)
        command = ["/bin/sh", "-c", settings["app"]]
        ended = subprocess.run(  # noqa: S603 the user's own app
            command, cwd=app, env=variables, capture_output=True, text=True, check=False, timeout=_MOST_SECONDS
        )
        if ended.returncode:
            lines = ended.stderr.strip().splitlines()
            rule = f"the app of {app / 'cdk.json'} failed: {lines[-1] if lines else 'without a message'}"
            raise refused(str(path), environment.name, rule, "Run cdk synth, or leave resources out: --no-resources")
        return read_templates(Path(folder))
