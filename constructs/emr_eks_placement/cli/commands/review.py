"""emr-placement review: shows what a change of an environment does, before its approval."""

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from emr_eks_placement.cli.output.review_findings import as_annotations, as_sarif
from emr_eks_placement.cli.output.review_json import as_json
from emr_eks_placement.cli.output.review_markdown import as_markdown
from emr_eks_placement.cli.output.review_table import as_table
from emr_eks_placement.common.errors import placed_at, refused
from emr_eks_placement.review import Review, review
from emr_eks_placement.review.findings import PlacedFinding, placed_findings
from emr_eks_placement.review.gates import gate
from emr_eks_placement.review.picture import report
from emr_eks_placement.runs.review_sides import opened, side_of

CLEAN, FAILED = 0, 1
_FORMATS: dict[str, Callable[[Review, Sequence[PlacedFinding]], str]] = {
    "table": as_table,
    "json": as_json,
    "markdown": as_markdown,
    "sarif": lambda one, findings: as_sarif(findings, one.after.label),
    "annotations": lambda _, findings: as_annotations(findings),
    "html": lambda made, _: report(made),
}


def run(options: argparse.Namespace) -> int:
    """Prints the review; 0, or 1 where a gate of --fail-on is met. Raises InputError for sides and options that can't be used."""
    with placed_at("--fail-on"):
        gates = [gate(word) for word in options.fail_on]
    files = dict(_file(word) for word in options.write)
    app = Path() if Path("cdk.json").is_file() and not options.no_resources else None
    today = datetime.now(UTC).date()
    words = [options.before, options.after] if options.after else [options.before]
    with ExitStack() as folders, ThreadPoolExecutor(len(words)) as threads:
        paths = [folders.enter_context(opened(word)) for word in words]
        read = partial(side_of, today=today, app=app, prices=options.prices, spot_discount=options.spot_discount)
        sides = list(threads.map(read, words, paths))  # each is synthesized by a process of its own
    before = sides[0][0] if len(sides) > 1 else None
    after, document = sides[-1]
    made = review(before, after)
    findings = placed_findings(made, document)
    for file, form in files.items():
        _write(file, _FORMATS[form](made, findings))
    sys.stdout.write(_FORMATS[options.output](made, findings))
    return FAILED if any(stops(made, findings) for stops in gates) else CLEAN


def _file(word: str) -> tuple[Path, str]:
    """The file of a word FORMAT=FILE, and the format. Raises InputError for another word."""
    form, equals, file = word.partition("=")
    if form not in _FORMATS or not equals or not file:
        rule = f"must be FORMAT=FILE, with a format of {', '.join(_FORMATS)}"
        raise refused("--write", word, rule, "Write for example markdown=review.md")
    return Path(file), form


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise refused("--write", str(file), f"can't be written: {error.strerror}", "Name another file") from None
