"""The templates of every environment as last reviewed, in snapshots/<stack>.json.

A change that is meant: `UPDATE_SNAPSHOTS=1 pytest tests/infra/test_snapshots.py`, then review the difference.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

from tests.infra.synthesized import Synthesized

SNAPSHOTS = Path(__file__).parent / "snapshots"


def _normalized(template: dict[str, Any]) -> str:
    """The template's text, without what names the content of files: other tests look into those."""
    text = json.dumps(template, indent=1)
    text = re.sub(r"\b[0-9a-f]{64}\b", "ASSET", text)
    return re.sub(r"(job-files/|pod-templates/(?:driver|executors)-)[0-9a-f]{16}", r"\1DIGEST", text) + "\n"


def test_templates_are_as_reviewed(synthesized: Synthesized) -> None:
    for name, template in synthesized.templates.items():
        file = SNAPSHOTS / f"{name}.json"
        if os.environ.get("UPDATE_SNAPSHOTS"):
            SNAPSHOTS.mkdir(exist_ok=True)
            file.write_text(_normalized(template))
        assert _normalized(template) == file.read_text(), f"{name}: see the docstring of {Path(__file__).name}"


def test_every_snapshot_is_of_a_stack(synthesized: Synthesized) -> None:
    name = synthesized.environment.name
    stored = {file.stem for file in SNAPSHOTS.glob(f"{name}-*.json")}
    assert stored == set(synthesized.templates)
