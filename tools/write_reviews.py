"""Writes docs/map.svg and the pages of examples/reviews: of dev, of prod, of a change of dev and of a large environment."""

import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from emr_eks_placement.review import Side, review
from emr_eks_placement.review.picture import map_of, report
from emr_eks_placement.runs.review_sides import side_of

ROOT = Path(__file__).parents[1]
REVIEWS = ROOT / "examples" / "reviews"
MAP = ROOT / "docs" / "map.svg"
TODAY = date(2026, 11, 1)  # whatever the day, the same pages
NODE_GROUPS, VIRTUAL_CLUSTERS, JOBS = 30, 50, 200
DEV = "environments/dev.yaml"
# What a pull request could change of dev, as what is there and what is there instead.
_CHANGES = {
    "nat_gateways: 1  #": "nat_gateways: 2  #",
    "instance_types: [m6i.large]": "instance_types: [m6i.xlarge]",
    "    max_size: 4\n    labels": "    max_size: 12\n    zones: [us-east-1a]\n    labels",
    "    namespace: spark-jobs\n": "    namespace: spark-jobs\n    fargate: {any_zone: true, single_zones: [us-east-1b]}\n",
    "instances: 2}": "instances: 30}",
    "      fargate-executors:\n": "      fargate-one-zone:\n        mode: fargate\n        zone: us-east-1b\n",
}


def map_of_dev() -> str:
    """The map that the README shows."""
    return map_of(_side(DEV, ROOT / DEV))


def pages() -> Iterator[tuple[str, str]]:
    """The names and texts of the pages that need no synthesis."""
    yield "large.html", large()


def synthesized_pages() -> Iterator[tuple[str, str]]:
    """The names and texts of the others."""
    dev = _side(f"main:{DEV}", ROOT / DEV, app=ROOT)
    yield "dev.html", report(review(None, _named(dev, DEV)))
    yield "dev-changed.html", report(review(dev, _changed_dev()))
    yield "prod.html", report(review(None, _side("environments/prod.yaml", ROOT / "environments/prod.yaml", app=ROOT)))


def large() -> str:
    """The page of a change of an environment with as many node groups as EKS allows by default, and 200 jobs."""
    with TemporaryDirectory() as folder:
        sides = [_large_side(Path(folder), is_changed=is_changed) for is_changed in (False, True)]
    return report(review(*sides))


def large_environment(*, is_changed: bool) -> dict[str, Any]:
    """The data of its file; changed: other nodes for some teams, more executors for others."""
    zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
    groups: dict[str, Any] = {"system": {"instance_types": ["m6i.2xlarge"], "min_size": 3, "max_size": 6}}
    for number in range(1, NODE_GROUPS):
        machine = ("m6i.2xlarge", "r6i.2xlarge", "m6i.4xlarge")[number % 3]
        if is_changed and number % 10 == 1:
            machine = "m5.4xlarge"
        groups[f"nodes-{number:02}"] = {
            "instance_types": [machine],
            "max_size": 20,
            "labels": {"team": f"t{number:02}"},
            "taints": [{"key": "team", "value": f"t{number:02}", "effect": "NoSchedule"}],
            "zones": zones[:1] if number % 4 == 0 else zones,
        }
    clusters = {
        f"team-{number:02}": {"namespace": f"spark-team-{number:02}", "fargate": {"any_zone": True}}
        for number in range(VIRTUAL_CLUSTERS)
    }
    return {
        "region": "us-east-1",
        "zones": zones,
        "network": {"cidr": "10.0.0.0/16", "nat_gateways": 3},
        "cluster": {"version": "1.35"},
        "fargate_profile_quota": 100,
        "fargate_vcpus": 4000,
        "prices": {"spot_discount": 0.6},
        "node_groups": groups,
        "virtual_clusters": clusters,
        "jobs": {f"job-{number:03}": _job(number, is_changed=is_changed) for number in range(JOBS)},
    }


def _job(number: int, *, is_changed: bool) -> dict[str, Any]:
    team = f"t{1 + number % (NODE_GROUPS - 1):02}"
    tolerated = [{"key": "team", "value": team, "effect": "NoSchedule"}]
    nodes: Mapping[str, Any] = {"node_labels": {"team": team}, "tolerations": tolerated}
    more = 10 if is_changed and number % 25 == 3 else 0
    return {
        "virtual_cluster": f"team-{number % VIRTUAL_CLUSTERS:02}",
        "entry_point": f"s3://example-jobs/{number:03}.py",
        "release_label": "emr-7.12.0-latest",
        "driver": {"cores": 1 + number % 3, "memory": f"{2 + number % 5}g"},
        "executors": {"cores": 1 + number % 4, "memory": f"{4 + number % 7}g", "instances": 2 + number % 9 + more},
        "placements": {
            "fargate": None,
            "fargate-executors": None,
            "pinned-driver": {"driver": nodes},
            "ec2": {"driver": nodes, "executors": nodes},
        },
    }


def _large_side(folder: Path, *, is_changed: bool) -> Side:
    path = folder / str(is_changed) / "large.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(large_environment(is_changed=is_changed), sort_keys=False), encoding="utf-8")
    return _side("environments/large.yaml" if is_changed else "main:environments/large.yaml", path)


def _changed_dev() -> Side:
    text = (ROOT / DEV).read_text(encoding="utf-8")
    for old, new in _CHANGES.items():
        if old not in text:
            raise ValueError(f"{DEV} has no {old!r}")
        text = text.replace(old, new)
    with TemporaryDirectory() as folder:
        path = Path(folder) / DEV
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
        shutil.copytree(ROOT / "assets", Path(folder) / "assets")  # a link would lead out of the project
        return _side(DEV, path, app=ROOT)


def _side(label: str, path: Path, *, app: Path | None = None) -> Side:
    return _named(side_of(label, path, today=TODAY, app=app, prices=None, spot_discount=None)[0], label)


def _named(side: Side, label: str) -> Side:
    return Side(**{**vars(side), "label": label})


if __name__ == "__main__":
    REVIEWS.mkdir(exist_ok=True)
    MAP.write_text(map_of_dev(), encoding="utf-8")
    for _name, _text in (*pages(), *synthesized_pages()):
        (REVIEWS / _name).write_text(_text, encoding="utf-8")
