"""A review for programs; docs/schemas/output-1.json has its schema."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from emr_eks_placement.cli.output.plan import problem_as_json
from emr_eks_placement.review import CostChange, PartChange, ResourceChange, Review, RunMove
from emr_eks_placement.review.findings import PlacedFinding
from emr_eks_placement.review.words import summary


def as_json(one: Review, findings: Sequence[PlacedFinding]) -> str:
    """Returns the review as the definition `review` of the schema."""
    document = {
        "before": one.before.label if one.before else None,
        "after": one.after.label,
        "summary": summary(one),
        "is_empty": one.is_empty,
        "findings": [asdict(finding) for finding in findings],
        "resources": None if one.resources is None else [_resource(change) for change in one.resources],
        "access": [asdict(change) for change in one.access],
        "runs": [_run(move) for move in one.moves],
        "at_rest": _cost(one.at_rest),
        "costs": [_cost(change) for change in one.costs],
        "not_planned": {label: [str(error) for error in errors] for label, errors in one.after.not_planned.items()},
    }
    return json.dumps(document, indent=2) + "\n"


def _resource(change: ResourceChange) -> dict[str, Any]:
    return {**asdict(change), "holds": change.holds, "ends_something": change.ends_something}


def _run(move: RunMove) -> dict[str, Any]:
    return {
        "run": move.label,
        "is_new": move.is_new,
        "is_gone": move.is_gone,
        "pods": {
            pod.role: {name: {"before": before, "after": after} for name, (before, after) in pod.changes.items()}
            for pod in move.pods
        },
        "nodes": {"before": move.nodes[0], "after": move.nodes[1]},
        "problems": {
            "come": [problem_as_json(problem) for problem in move.come],
            "gone": [problem_as_json(problem) for problem in move.gone],
        },
    }


def _cost(change: CostChange) -> dict[str, Any]:
    return {
        "name": change.name,
        "before": asdict(change.before),
        "after": asdict(change.after),
        "difference": {"low": change.low, "high": change.high},
        "not_known": list(change.unknown),
        "parts": [_part(part) for part in change.parts],
    }


def _part(part: PartChange) -> dict[str, Any]:
    sides = {
        name: None if side is None else {"quantity": side.quantity, "amount": side.amount and asdict(side.amount)}
        for name, side in (("before", part.before), ("after", part.after))
    }
    return {"name": part.name, **sides, "difference": {"low": part.low, "high": part.high}}
