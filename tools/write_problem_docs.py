"""Writes docs/problems.md, the reference of the problems that a plan can have, from their codes."""

from pathlib import Path

from emr_eks_placement.planning import CODES

FILE = Path(__file__).parents[1] / "docs" / "problems.md"

_HEAD = """\
# Problems that a plan can have

This page lists every problem that `emr-placement plan` reports, with its fix. `emr-placement explain CODE` prints the same text.

An **error** keeps a pod from starting, or from starting where the request asks. A **warning** does not, but has a cost or a risk,
or is about something that the plan can't know. A **note** is normal for what was chosen, and never fails a pipeline. Codes are
stable: `--ignore CODE` leaves one out, `--fail-on warning` also fails on warnings.

A pod that "stays Pending" does so as long as its run lasts. For a submitter or driver that is 15 minutes, or what the job's
`start_timeout` sets (`job-start-timeout` in the classification `emr-containers-defaults`): then EMR ends the run as FAILED.
Executors wait until the run ends by other means.

Written from the code by `make docs`.

| code | severity | what it means | how to fix it | how sure |
|---|---|---|---|---|
"""


def text() -> str:
    """Returns the whole file."""
    rows = [
        f"| `{name}` | {code.severity} | {code.meaning} | {code.fix}. | {code.certainty} |"
        for name, code in CODES.items()
    ]
    return _HEAD + "\n".join(row.replace("*", "\\*") for row in rows) + "\n"


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text(), encoding="utf-8")
