"""Kubernetes' warnings about a run's pods and the Jobs that create them. Refused pods exist nowhere else."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from emr_eks_placement.common.document_field import Field
from emr_eks_placement.common.errors import RuleError


@dataclass(frozen=True)
class Warnings:
    """The warnings about one object, such as `Job 0000-abc`: each different `reason: message`, the latest first."""

    of: str
    texts: tuple[str, ...]


def warnings_of(events: Iterable[Field], run_id: str, pods: Collection[str]) -> list[Warnings]:
    """Returns the warnings about these pods and about objects named after the run, such as the submitter's Job.

    Other objects are ignored.
    """
    texts: dict[str, dict[str, str]] = {}
    for event in events:
        try:
            found = _warning(event, run_id, pods)
        except RuleError:
            continue
        if found is not None:
            of, text, when = found
            known = texts.setdefault(of, {})
            known[text] = max(when, known.get(text, ""))
    return [
        Warnings(of, tuple(sorted(by_time, key=by_time.__getitem__, reverse=True)))
        for of, by_time in sorted(texts.items())
    ]


def _warning(event: Field, run_id: str, pods: Collection[str]) -> tuple[str, str, str] | None:
    about = event["involvedObject"]
    name = about["name"].text("")
    if event["type"].text("") != "Warning" or not (name in pods or run_id in name):
        return None
    when = event["lastTimestamp"].known_text() or event["eventTime"].known_text() or ""
    text = f"{event['reason'].text('')}: {event['message'].text('')}"
    return f"{about['kind'].text('')} {name}".lstrip(), text, when
