"""The map of an environment: the same file gives the same text, every place and pod is in it, and nothing of a file is markup."""

import os
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from emr_eks_placement.cli.main import main
from emr_eks_placement.review import Side
from emr_eks_placement.review.picture import map_of
from emr_eks_placement.review.picture.layout import NARROW, WIDE, Form
from emr_eks_placement.review.picture.map import map_svg
from emr_eks_placement.review.picture.places import picture_of
from emr_eks_placement.runs.review_sides import side_of
from tests.unit.environments import REPOSITORY, data
from tests.unit.planned import planned, request
from tools import write_reviews

SNAPSHOT = Path(__file__).parent / "map.svg"
_SVG = "{http://www.w3.org/2000/svg}"


def side(folder: Path, changed: dict[str, Any] | None = None, name: str = "test") -> Side:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.yaml"
    file.write_text(yaml.safe_dump(data() | (changed or {}), sort_keys=False))
    return side_of(str(file), file, today=write_reviews.TODAY, app=None, prices=None, spot_discount=None)[0]


def words_of(text: ElementTree.Element) -> str:
    """Without its title."""
    return (text[0].tail if len(text) else text.text) or ""


def texts(svg: str, look: str = "") -> list[str]:
    root = ElementTree.fromstring(svg)  # noqa: S314 of our own
    return [words_of(one) for one in root.iter(f"{_SVG}text") if look in one.attrib["class"].split() or not look]


def bars(svg: str, title: str) -> list[tuple[float, float]]:
    """x and width of the bars of pods whose title begins so."""
    root = ElementTree.fromstring(svg)  # noqa: S314 of our own
    return [
        (float(one.attrib["x"]), float(one.attrib["width"]))
        for one in root.iter(f"{_SVG}rect")
        if "pod" in one.attrib["class"].split() and "".join(one.itertext()).startswith(title)
    ]


def test_the_map_is_as_last_looked_at(tmp_path: Path) -> None:
    """A change that is meant: UPDATE_SNAPSHOTS=1 pytest tests/unit/test_map.py, then look at the difference and the picture."""
    drawn = map_of(side(tmp_path))
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(drawn)
    assert drawn == SNAPSHOT.read_text()
    elements = drawn.partition("</style>")[2].splitlines()[1:-1]
    assert all(re.fullmatch(r"<(rect|text) .*(/>|</rect>|</text>)", line) for line in elements)
    assert not re.search(r'="\d+\.\d{2}', "\n".join(elements))


def test_the_map_of_the_readme_is_what_the_program_draws_today() -> None:
    assert write_reviews.MAP.read_text() == write_reviews.map_of_dev(), "make reviews"


def test_the_command_prints_the_same_and_only_the_jobs_that_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    dev = str(REPOSITORY / "environments/dev.yaml")
    assert main(["map", "-e", dev]) == 0
    assert capsys.readouterr().out == write_reviews.MAP.read_text()
    assert main(["map", "no-such-job", "-e", dev]) == 2
    assert "no-such-job" in capsys.readouterr().err


def test_what_can_t_be_planned_is_reported_and_the_rest_is_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = data()
    changed["jobs"]["large"] = {**changed["jobs"]["count"], "placements": {"fargate": None}, "driver": {"cores": 100}}
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(changed))
    assert main(["map", "-e", str(tmp_path / "test.yaml")]) == 2
    printed = capsys.readouterr()
    assert printed.err.count("error: ") == 1
    assert "count: fargate" in printed.out
    assert "large: " not in printed.out


def test_pods_are_below_the_zones_that_they_may_be_in_and_in_no_other(tmp_path: Path) -> None:
    placements = {"fargate": None, "one-zone": {"mode": "fargate", "zone": "us-east-1a"}}
    jobs = {"count": {**data()["jobs"]["count"], "placements": placements}}
    svg = map_of(side(tmp_path, {"jobs": jobs}))
    (any_zone,) = set(bars(svg, "driver of count: fargate"))
    (one_zone,) = set(bars(svg, "driver of count: one-zone"))
    assert any_zone[0] == one_zone[0]
    assert one_zone[1] < any_zone[1] / 2


def test_every_place_is_named_and_described(tmp_path: Path) -> None:
    pools = {"burst": {"instance_types": ["m6i.large"], "zones": ["us-east-1b"]}}
    svg = map_of(side(tmp_path, {"node_pools": pools}))
    named = set(texts(svg, "b"))
    assert {"system", "drivers", "burst", "spark", "spark-us-east-1a", "us-east-1a", "us-east-1b"} <= named
    (described,) = re.findall(r"<desc[^>]*>(.*)</desc>", svg)
    for place in ("Node group system", "Node group drivers", "Node pool burst", "Fargate profile spark"):
        assert place in described
    assert "spark-jobs: virtual cluster spark, 1 job" in texts(svg)


def test_pods_that_do_not_start_are_nowhere(tmp_path: Path) -> None:
    environment = side(tmp_path).environment
    waiting = planned(request({"spark.kubernetes.driver.node.selector.workload": "no-such-label"}))
    for plan, is_there in ((waiting, True), (planned(request()), False)):
        words = texts(map_of(Side(label="x", environment=environment, plans={"count/ec2": plan})))
        assert ("nowhere" in words) == is_there


@pytest.mark.parametrize("form", [WIDE, NARROW], ids=lambda form: form.name)
def test_text_fits_the_picture(tmp_path: Path, form: Form) -> None:
    """By a wider width of characters than the layout takes."""
    picture = picture_of(None, side(tmp_path))
    assert picture is not None
    root = ElementTree.fromstring(map_svg(picture, form))  # noqa: S314 of our own
    for one in root.iter(f"{_SVG}text"):
        size = 11 if "s" in one.attrib["class"].split() else 13
        words = words_of(one)
        width = len(words) * size * 0.6
        x = float(one.attrib["x"]) - (width / 2 if one.attrib.get("text-anchor") == "middle" else 0)
        assert -1 <= x <= form.width + 1 - width, words


def test_a_change_is_marked_by_signs(tmp_path: Path) -> None:
    groups = {**data()["node_groups"], "new": {"instance_types": ["m6i.large"]}}
    groups["drivers"] = {**groups["drivers"], "zones": ["us-east-1a"]}
    before, after = side(tmp_path / "a"), side(tmp_path / "b", {"node_groups": groups})
    there, back = (picture_of(*sides) for sides in ((before, after), (after, before)))
    assert there is not None
    assert back is not None
    assert {"+ new", "~ drivers", "system"} <= set(texts(map_svg(there, WIDE), "b"))
    assert {"- new", "~ drivers", "system"} <= set(texts(map_svg(back, WIDE), "b"))
    assert "~ driver" in texts(map_svg(there, WIDE), "b")
    left, right = sorted(bars(map_svg(there, WIDE), "driver of count: pinned-driver (changed)"))
    assert left[0] + left[1] < right[0]


def test_without_a_change_nothing_is_marked(tmp_path: Path) -> None:
    one = side(tmp_path)
    same = picture_of(one, one)
    assert same is not None
    assert not [
        words for words in texts(map_svg(same, WIDE)) if words[:2] in ("+ ", "- ", "~ ") and "added" not in words
    ]


def test_many_places_are_counted_and_not_left_out(tmp_path: Path) -> None:
    clusters = {f"team-{number}": {"namespace": f"spark-{number}"} for number in range(50)}
    jobs = {"count": {**data()["jobs"]["count"], "virtual_cluster": "team-7", "placements": {"fargate": None}}}
    svg = map_of(side(tmp_path, {"virtual_clusters": clusters, "jobs": jobs, "fargate_profile_quota": 100}))
    assert "50 alike" in texts(svg, "b")
    assert "driver of count: fargate" in svg
    assert all(f"spark-{number}" in texts(svg) for number in range(50))
    fewer = dict(list(clusters.items())[:20])
    svg = map_of(side(tmp_path, {"virtual_clusters": fewer, "jobs": jobs, "fargate_profile_quota": 100}))
    assert set(fewer) <= set(texts(svg, "b"))


def test_a_side_without_environment_has_no_map() -> None:
    with pytest.raises(ValueError, match="x has no environment"):
        map_of(Side(label="x"))
