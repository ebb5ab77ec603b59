"""How long synthesis takes: `make benchmark`. Figures, not tests: nothing fails here by being slow.

app.py, as the CDK CLI runs it, on the environment of `make demo` with many jobs, each in the four placement modes, in as many
stacks as it takes. The cost of each further placement is beside the smallest environment, so without the start.
"""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from tabulate import tabulate

ROOT = Path(__file__).parents[1]
MODES = ("fargate", "fargate-executors", "pinned-driver", "ec2")
# By the number of placements: how many stacks hold them, None for the one that there is by default.
SIZES = {4: None, 180: None, 4000: 30}


def environment(placements: int, stacks: int | None) -> dict[str, Any]:
    """The data of an environment file; placements: a multiple of 4."""
    text = (ROOT / "environments/local.yaml").read_text(encoding="utf-8").replace(
        "../assets", str(ROOT / "assets")
    ) + f"\nshared_folders: [{ROOT}]\n"
    data: dict[str, Any] = yaml.safe_load(text)
    job = data["jobs"]["trip-count"]
    job["placements"] = {mode: job["placements"][mode] for mode in MODES}
    data["jobs"] = {f"job-{number}": job for number in range(placements // len(MODES))}
    data["virtual_clusters"]["spark"]["definition_stacks"] = stacks
    return data


def seconds(placements: int, stacks: int | None) -> tuple[float, float]:
    """How long synthesis takes by the clock, and how much of it the processors work."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "many.yaml")
        file.write_text(yaml.safe_dump(environment(placements, stacks)), encoding="utf-8")
        context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
        context |= {"environment": str(file.with_suffix("")), "aws:cdk:enable-path-metadata": True}
        variables = {**os.environ, "CDK_CONTEXT_JSON": json.dumps(context), "CDK_OUTDIR": str(Path(folder, "cdk.out"))}
        before, start = _worked(), time.perf_counter()
        command = [sys.executable, str(ROOT / "app.py")]
        subprocess.run(command, env=variables, cwd=ROOT, stderr=subprocess.DEVNULL, check=True)  # noqa: S603 - our own app
        return time.perf_counter() - start, _worked() - before


def _worked() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Prints the figures."""
    measured = {placements: seconds(placements, stacks) for placements, stacks in SIZES.items()}
    least = min(measured)
    rows = []
    for placements, figures in measured.items():
        more = placements - least
        each = [
            f"{1000 * (one - base) / more:.1f}" if more else ""
            for one, base in zip(figures, measured[least], strict=True)
        ]
        rows.append((f"{placements:,} placements", SIZES[placements] or 1, *(f"{one:.1f}" for one in figures), *each))
    headers = ("synthesis of", "stacks", "seconds", "of work", "ms for each more", "of work")
    sys.stdout.write(f"{tabulate(rows, headers, colalign=('left', *['right'] * 5), disable_numparse=True)}\n")


if __name__ == "__main__":
    main()
