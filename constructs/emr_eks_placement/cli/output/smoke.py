"""Prints the report of a smoke test: a table for people, JSON to attach to an issue."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from emr_eks_placement.cli.output.observe import pod_as_json
from emr_eks_placement.cli.output.plan import plan_as_json
from emr_eks_placement.cli.output.terminal import Style, number_of, table, terminal_width, wrapped
from emr_eks_placement.common.errors import printable
from emr_eks_placement.common.redaction import redacted
from emr_eks_placement.emr.request import Request
from emr_eks_placement.job.placement import ROLES, Role
from emr_eks_placement.observation import ObservedPod
from emr_eks_placement.observation.difference import Difference
from emr_eks_placement.observation.learned import Fact
from emr_eks_placement.observation.logged import log_names
from emr_eks_placement.observation.smoke import SmokeRun
from emr_eks_placement.submission.smoke import SmokeCase

_HEADERS = ("placement", "run", *ROLES, "agreed")
_STYLES: Mapping[str, Style] = {"yes": "good", "NO": "bad", "FAILED": "bad"}
_COMPUTE = {"ec2": "EC2", "fargate": "Fargate", None: "no node"}
_FORMAT = 1  # version of the JSON


@dataclass(frozen=True)
class Tried:
    """A tested placement: what was observed, and the differences from the plan. request: the request to start."""

    name: str
    case: SmokeCase
    request: Mapping[str, Any]
    seen: SmokeRun
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Report:
    """Everything that is printed. environment: its name."""

    environment: str
    region: str
    made_at: datetime
    tried: tuple[Tried, ...]
    facts: tuple[Fact, ...]


def as_table(report: Report) -> str:
    """Formats a line for each placement in less than 80 columns, then every difference, then what was learned."""
    width, rows = terminal_width(), [_row(one) for one in report.tried]
    lines = [*_differences(report.tried), "what was seen of facts that are not settled:"]
    lines += [line for fact in report.facts for line in _fact(fact, len(report.tried))]
    different = sum(1 for one in report.tried if one.differences)
    numbers = {"as planned": len(report.tried) - different, "not as planned": different}
    counts = [f"{number} {words}" for words, number in numbers.items() if number]
    return "\n".join(
        [
            *table(_HEADERS, rows, width, narrowed=(0,), styles=_STYLES),
            *(wrapped(printable(line), width) for line in lines),
            f"{number_of(len(report.tried), 'placement')} tried: {', '.join(counts)}",
            "",
        ]
    )


def _row(one: Tried) -> tuple[str, ...]:
    state = one.seen.run.state if one.seen.run else "not run"
    return one.name, state, *(_computes(one.seen, role) for role in ROLES), "NO" if one.differences else "yes"


def _computes(seen: SmokeRun, role: Role) -> str:
    found = dict.fromkeys(_COMPUTE[pod.compute] for pod in seen.pods if pod.role == role)
    return " ".join(found) or "-"


def _differences(tried: Sequence[Tried]) -> Iterator[str]:
    """Yields the differences; one that several placements share appears once."""
    by_text: dict[str, list[str]] = {}
    for one in tried:
        for found in one.differences:
            about = f"{found.role}: " if found.role else ""
            by_text.setdefault(f"{found.severity} {found.kind}: {about}{found.what}", []).append(one.name)
    for text, names in by_text.items():
        yield f"{text} ({_where(names, len(tried))})"


def _fact(fact: Fact, tried: int) -> Iterator[str]:
    yield f"{fact.name} (plans count with {fact.counted_with}):"
    for text, names in fact.seen.items():
        yield f"    {text}{f' ({_where(names, tried)})' if names else ''}"
    if not fact.seen:
        yield "    not seen"


def _where(names: Sequence[str], tried: int) -> str:
    return "every placement" if len(names) == tried > 1 else ", ".join(names)


def as_json(report: Report, *, show_names: bool) -> str:
    """{"format", "made_at", "environment", "region", "agreed", "placements", "learned"}.

    show_names: whether to keep ARNs, ids of accounts and of virtual clusters, keys, addresses and the names of buckets
    and log groups; by default they are replaced.
    """
    document: Any = {
        "format": _FORMAT,
        "made_at": report.made_at.isoformat(timespec="seconds"),
        "environment": report.environment,
        "region": report.region,
        "agreed": not any(one.differences for one in report.tried),
        "placements": [_tried_as_json(one) for one in report.tried],
        "learned": [asdict(fact) for fact in report.facts],
    }
    names = {name: instead for one in report.tried for name, instead in _names_in(one.request).items()}
    return json.dumps(document if show_names else redacted(document, names), indent=2) + "\n"


def _tried_as_json(one: Tried) -> dict[str, Any]:
    seen = one.seen
    times = {role: seen.seconds_to_run(role) for role in ROLES}
    return {
        "placement": one.case.placement.name,
        "virtual_cluster": one.case.virtual_cluster,
        "job": one.case.job,
        "release_label": one.case.release_label,
        "kubernetes_version": seen.capacity.kubernetes_version,
        "asked": one.case.placement.choice.placement.model_dump(mode="json"),
        "state": seen.run.state if seen.run else None,
        "details": seen.run.details if seen.run else None,
        "failure_reason": seen.run.failure_reason if seen.run else None,
        "seconds_to_running": {role: None if time is None else round(time, 1) for role, time in times.items()},
        "agreed": not one.differences,
        "differences": [asdict(found) for found in one.differences],
        "plan": plan_as_json(seen.plan),
        "pods": [pod_as_json(pod) | _more_of(pod) for pod in seen.pods],
        "logs": None if seen.logs is None else {service: log_names(paths) for service, paths in seen.logs.items()},
    }


def _more_of(pod: ObservedPod) -> dict[str, Any]:
    return {"containers": [asdict(one) for one in pod.containers], "node_labels": pod.node_labels}


def _names_in(request: Mapping[str, Any]) -> dict[str, str]:
    """Returns the account's own names that messages may contain."""
    monitoring = Request(request).monitoring
    entry_point = request.get("jobDriver", {}).get("sparkSubmitJobDriver", {}).get("entryPoint", "")
    buckets = [
        uri.removeprefix("s3://").partition("/")[0]
        for uri in (monitoring.log_uri or "", entry_point)
        if uri.startswith("s3://")
    ]
    return {
        **dict.fromkeys(buckets, "<bucket>"),
        monitoring.log_group or "": "<log-group>",
        str(request.get("virtualClusterId", "")): "<virtual-cluster>",
    }
