"""How costs are printed: tables for people, JSON for programs."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from emr_eks_placement.cli.output.terminal import number_of, styled, table, terminal_width, wrapped
from emr_eks_placement.common.errors import printable
from emr_eks_placement.cost import Amount, Bill, Part, Prices, RunCost, Usage, cheapest, monthly
from emr_eks_placement.facts.prices import Section

_PLACES = {"an hour": 4, "a run": 4, "a month": 2}
_SECTIONS: Mapping[Section, str] = {
    "rates": "services",
    "ec2": "EC2 On-Demand",
    "spot": "EC2 Spot",
    "auto_mode": "EKS Auto Mode",
}


@dataclass(frozen=True)
class Costs:
    """What is printed.

    at_rest: an hour of the environment, None to leave it out. jobs: the cost of a run by job and placement; a file of a
    request has one, named "".
    """

    environment: str
    prices: Prices
    at_rest: Bill | None
    jobs: Mapping[str, Mapping[str, RunCost]]


def as_json(costs: Costs) -> str:
    """{"region": …, "prices": {…}, "assumptions": […], "at_rest": {…} or null, "jobs": {JOB: {PLACEMENT: {…}}}}."""
    return (
        json.dumps(
            {
                "environment": costs.environment,
                "region": costs.prices.region,
                "prices": {name: one.model_dump(mode="json") for name, one in costs.prices.listed.sources.items()},
                "assumptions": _assumptions(costs),
                "at_rest": None
                if costs.at_rest is None
                else {**_bill(costs.at_rest), "month": asdict(monthly(costs.at_rest.total))},
                "jobs": {
                    job: {
                        "placements": {name: _run(cost) for name, cost in placements.items()},
                        "cheapest": _cheapest_as_json(placements),
                    }
                    for job, placements in costs.jobs.items()
                },
            },
            indent=2,
        )
        + "\n"
    )


def _bill(bill: Bill) -> dict[str, Any]:
    return {
        "hour": asdict(bill.total),
        "parts": [_part(part) for part in bill.parts],
        "not_known": list(bill.unknown),
        "not_included": list(bill.not_included),
    }


def _part(part: Part) -> dict[str, Any]:
    amount = None if part.amount is None else asdict(part.amount)
    return {"kind": part.kind, "name": part.name, "quantity": part.quantity, "amount": amount}


def _run(cost: RunCost) -> dict[str, Any]:
    return {
        **_bill(cost.hourly),
        "once": [_part(part) for part in cost.once],
        "run": None if cost.run is None else asdict(cost.run),
        "month": None if cost.month is None else asdict(cost.month),
        "usage": asdict(cost.usage),
        "not_started": list(cost.not_started),
    }


def _cheapest_as_json(placements: Mapping[str, RunCost]) -> dict[str, Any]:
    found = cheapest(placements)
    shared, alone = (asdict(one) if one else None for one in (found.shared, found.alone))
    return {"shared": shared, "alone": alone, "not_compared": dict(found.not_compared)}


def as_table(costs: Costs, *, is_verbose: bool) -> str:
    """Returns the environment at rest, then each job: its placements and the cheapest; the parts of a single one, with
    is_verbose of all."""
    width = terminal_width()
    blocks = [list(_at_rest(costs, costs.at_rest, width))] if costs.at_rest is not None else []
    parts = is_verbose or sum(map(len, costs.jobs.values())) == 1
    blocks += [list(_job(job, placements, width, with_parts=parts)) for job, placements in costs.jobs.items()]
    blocks.append(list(_end(costs, width)))
    return "\n".join("\n".join(block) + "\n" for block in blocks)


def _at_rest(costs: Costs, bill: Bill, width: int) -> Iterator[str]:
    yield styled(printable(f"{costs.environment} while no job runs"), "heading")
    rows = [(part.name, part.quantity, *_cells(part.amount)) for part in bill.parts]
    rows.append(("total", "", *_cells(bill.total)))
    yield from table(("part", "quantity", "an hour", "a month"), rows, width, narrowed=(1, 0))
    yield from _left_out([bill], width)


def _left_out(bills: Iterable[Bill], width: int) -> Iterator[str]:
    """Yields what the sums do not have in them: first for want of a price."""
    unknown = dict.fromkeys(price for bill in bills for price in bill.unknown)
    if unknown:
        yield wrapped(printable(f"not known: {'; '.join(unknown)}"), width)
    others = dict.fromkeys(one for bill in bills for one in bill.not_included)
    yield wrapped(printable(f"not included: {'; '.join(others)}"), width)


def _cells(hourly: Amount | None) -> tuple[str, str]:
    return shown_amount(hourly, "an hour"), shown_amount(None if hourly is None else monthly(hourly), "a month")


def _job(job: str, placements: Mapping[str, RunCost], width: int, *, with_parts: bool) -> Iterator[str]:
    usage = next(iter(placements.values())).usage
    yield styled(printable(job), "heading") + _usage_in_words(usage)
    headers = ["placement", "an hour"]
    headers += ["a run"] if usage.hours is not None else []
    headers += ["a month"] if usage.hours is not None and usage.runs_a_month is not None else []
    rows = [[name or "-", *_columns(cost)][: len(headers)] for name, cost in placements.items()]
    yield from table(headers, rows, width, narrowed=(0,))
    if with_parts:
        for name, cost in placements.items():
            yield from _parts(name, cost, width)
    elif len(placements) > 1:
        yield from (wrapped(line, width) for line in _cheapest(placements))
    yield from _left_out([cost.hourly for cost in placements.values()], width)


def _assumptions(costs: Costs) -> list[str]:
    if not costs.jobs:
        return list(costs.prices.assumptions)
    return [
        *costs.prices.assumptions,
        "every pod runs as long as its run; nodes that run anyway are in the cost at rest, too",
    ]


def _usage_in_words(usage: Usage) -> str:
    """As: : 45 minutes a run, 30 runs a month, 100 GB of shuffle a run."""
    known = (
        None if usage.hours is None else f"{usage.hours * 60:g} minutes a run",
        None if usage.runs_a_month is None else f"{usage.runs_a_month:g} runs a month",
        None if usage.shuffle_gb is None else f"{usage.shuffle_gb:g} GB of shuffle a run",
    )
    words = ", ".join(one for one in known if one)
    return f": {words}" if words else ""


def _columns(cost: RunCost) -> tuple[str, str, str]:
    if not cost.starts:
        return ("does not start", "", "")
    return (
        shown_amount(cost.hourly.total, "an hour"),
        shown_amount(cost.run, "a run"),
        shown_amount(cost.month, "a month"),
    )


def _parts(name: str, cost: RunCost, width: int) -> Iterator[str]:
    rows = [(part.name, part.quantity, shown_amount(part.amount, "an hour")) for part in cost.hourly.parts]
    yield from table((f"parts of {name}" if name else "part", "quantity", "an hour"), rows, width, narrowed=(1, 0))
    for part in cost.once:
        yield wrapped(f"each run: {part.name}: {part.quantity}: {shown_amount(part.amount, 'a run')}", width)


def _cheapest(placements: Mapping[str, RunCost]) -> Iterator[str]:
    found = cheapest(placements)
    named = {"where other pods fill the nodes": found.shared, "where a run has its nodes to itself": found.alone}
    for where, choice in named.items():
        if choice is not None:
            yield f"cheapest {where}: {choice.placement}{f'; {choice.reason}' if choice.reason else ''}"
    if found.not_compared:
        yield f"not compared: {'; '.join(f'{name}, {why}' for name, why in found.not_compared.items())}"


def _end(costs: Costs, width: int) -> Iterator[str]:
    """Yields what the prices are, and what is assumed; how much was priced comes last."""
    for section, origin in costs.prices.listed.sources.items():
        yield wrapped(printable(f"prices: {_SECTIONS[section]} of {origin.date}: {origin.source}"), width)
    yield from (wrapped(f"assumed: {one}", width) for one in _assumptions(costs))
    bills = [cost.hourly for placements in costs.jobs.values() for cost in placements.values()]
    every = [*([costs.at_rest] if costs.at_rest is not None else []), *bills]
    region = costs.prices.region
    if any(bill.unknown for bill in every):
        yield wrapped(f"emr-placement prices refresh --region {region} reads prices from AWS", width)
    known = sum(not bill.unknown for bill in bills)
    yield f"US dollars in {region}: {number_of(known, 'placement')} priced, {len(bills) - known} with a price that is not known"


def shown_amount(amount: Amount | None, per: str) -> str:
    """In US dollars, as 0.1234, 0.1 to 0.2, 0.1 or more; per: an hour, a run or a month."""
    if amount is None:
        return "not known"
    low, high = (None if number is None else f"{number:.{_PLACES[per]}f}" for number in (amount.low, amount.high))
    if high is None:
        return f"{low} or more" if amount.low else "not known"
    return f"{low}" if low == high else f"{low} to {high}"
