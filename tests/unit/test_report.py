"""The page of a review: complete, safe whatever files say, readable for everybody, and of bounded size."""

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise, product
from pathlib import Path
from xml.etree import ElementTree

import pytest

from emr_eks_placement.cli.main import main
from emr_eks_placement.common.errors import Finding, RuleError
from emr_eks_placement.cost import Amount
from emr_eks_placement.cost.bill import Bill, Part
from emr_eks_placement.planning import Problem
from emr_eks_placement.review import AccessChange, ResourceChange, Review, Side, review
from emr_eks_placement.review.picture import map_of, report
from emr_eks_placement.review.picture.changed import MOST_NAMES
from emr_eks_placement.review.picture.map import shipped
from tests.unit.environments import data
from tests.unit.planned import planned, request
from tests.unit.test_map import side
from tools import write_reviews

VOID = {"meta", "input", "rect", "br"}
KILOBYTE = 1000
# Marks that are dangerous in HTML, in attributes, in a terminal, or that turn the direction of text.
HOSTILE = "a<script>alert(1)</script>\"'&\x1b[31m\x00\u202e\u2066\u200b\n</style></title><img src=x onerror=alert(2)>"


class Page(HTMLParser):
    """What a page has: its elements with their attributes, the text in each kind of element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def text(self) -> str:
        return " ".join(" ".join(text for tag, text in self.texts if tag not in ("script", "style")).split())


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Side:
    return side(tmp_path_factory.mktemp("before"))


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Side:
    """More executors, other nodes for drivers, a placement less and one more."""
    changed = data()
    changed["node_groups"]["drivers"]["instance_types"] = ["r6i.4xlarge"]
    changed["jobs"]["count"]["executors"]["instances"] = 7
    del changed["jobs"]["count"]["placements"]["fargate"]
    changed["jobs"]["count"]["placements"]["fargate-executors"] = None
    return side(tmp_path_factory.mktemp("after"), changed)


def with_everything(before: Side, after: Side, text: str) -> Review:
    """A review with this text in every place that a page shows."""
    assert after.environment is not None
    problem = Problem("EC2_SCALE_UP", "driver", text, own_fix=text)
    plan = planned(request())
    pod = replace(
        plan.pods[0], landing=replace(plan.pods[0].landing, on=(text, text), reasons=(text, f"not {text}: {text}"))
    )
    plan = replace(plan, pods=(pod, *plan.pods[1:]), problems=(problem,))
    label = f"{text}/{text}"
    bill = Bill((Part(text, text, text, Amount.of(1.0)), Part("x", f"x{text}", text, None, text)), (text,))
    hostile = replace(
        after,
        label=text,
        environment=after.environment.model_copy(update={"name": text}),
        plans={**after.plans, label: plan, f"{text}/drawn": after.plans["count/pinned-driver"]},
        not_planned={f"{text}/other": (Finding(file=text, line=1, path=(text,), value=text, rule=text, fix=text),)},
        at_rest=bill,
    )
    resource = ResourceChange(text, text, text, text, "replaced", (text,), (text,))
    return replace(
        review(replace(before, label=text), hostile),
        resources=(resource, replace(resource, kind="AWS::S3::Bucket")),
        access=(AccessChange(text, text, True, text), AccessChange(text, text, False, text)),
        refusals=(RuleError(text, text, text, path=(text,)),),
        interruptions=(RuleError(text, text, text, path=(text,)),),
    )


def pages(before: Side, after: Side) -> Iterator[str]:
    yield report(review(None, before))
    yield report(review(before, after))
    yield report(review(before, before))
    yield report(review(None, Side(label="cdk.out", templates={})))
    yield report(with_everything(before, after, HOSTILE))


def test_text_of_files_is_never_markup(before: Side, after: Side) -> None:
    """The same elements, attributes but for text, and scripts as with harmless text."""
    hostile, harmless = (Page(report(with_everything(before, after, text))) for text in (HOSTILE, "x" * len(HOSTILE)))
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in harmless.elements]
    assert [sorted(attributes) for _, attributes in hostile.elements] == [sorted(one) for _, one in harmless.elements]
    assert [text for tag, text in hostile.texts if tag == "script"] == [shipped("filter.js")]
    assert "<script>alert(1)</script>" in hostile.text()


def test_a_map_has_no_markup_of_files_either(before: Side, after: Side) -> None:
    hostile, harmless = (map_of(with_everything(before, after, text).after) for text in (HOSTILE, "x" * len(HOSTILE)))
    tags = [[one.tag for one in ElementTree.fromstring(svg).iter()] for svg in (hostile, harmless)]  # noqa: S314 of our own
    assert tags[0] == tags[1]
    assert "&lt;script&gt;alert(1)" in hostile


def test_marks_that_turn_or_hide_text_are_written_out(before: Side, after: Side) -> None:
    hostile = with_everything(before, after, HOSTILE)
    for written in (report(hostile), map_of(hostile.after)):
        assert all(mark.isprintable() or mark == "\n" for mark in written)
        assert "\\u202e" in written


def test_a_page_needs_nothing_else(before: Side, after: Side) -> None:
    for written in pages(before, after):
        page = Page(written)
        assert page.open == []
        assert {tag for tag, _ in page.elements}.isdisjoint(
            {"link", "img", "iframe", "object", "embed", "form", "base"}
        )
        linked = [
            value
            for _, one in page.elements
            for name, value in one.items()
            if name in ("href", "src", "action", "srcset")
        ]
        assert all(one.startswith("#") for one in linked)
        assert not [
            one for _, attributes in page.elements for one in attributes if one.startswith("on") or one == "style"
        ]
        assert not re.search(
            r"url\(|@import|https?:(?!//www\.w3\.org/2000/svg)",
            "".join(map(shipped, ("colors.css", "map.css", "page.css"))),
        )


def test_only_its_own_script_may_run(before: Side) -> None:
    page = Page(report(review(None, before)))
    (policy,) = [one["content"] for tag, one in page.elements if tag == "meta" and "http-equiv" in one]
    (script,) = [text for tag, text in page.texts if tag == "script"]
    assert f"script-src 'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'")


def test_ids_are_unique_and_links_and_labels_have_their_ends(before: Side, after: Side) -> None:
    for written in pages(before, after):
        page = Page(written)
        ids = Counter(one["id"] for _, one in page.elements if "id" in one)
        assert max(ids.values()) == 1
        named = [name for _, one in page.elements for name in one.get("aria-labelledby", "").split()]
        linked = [one["href"].removeprefix("#") for _, one in page.elements if "href" in one]
        labels = [one["for"] for tag, one in page.elements if tag == "label"]
        assert {*named, *linked, *labels} <= set(ids)
        assert [one["id"] for tag, one in page.elements if tag == "input"] == labels


def test_a_page_has_a_language_a_title_and_headings_in_order(before: Side, after: Side) -> None:
    for written in pages(before, after):
        page = Page(written)
        assert ("html", {"lang": "en"}) in page.elements
        assert "".join(text for tag, text in page.texts if tag == "title").startswith("Review of ")
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert all(later <= level + 1 for level, later in pairwise(levels))
        pictures = [one for tag, one in page.elements if tag == "svg"]
        assert all(one.get("aria-hidden") == "true" or one.get("aria-labelledby") for one in pictures)


def test_what_ends_data_or_pods_comes_before_problems_and_those_before_all_else(before: Side, after: Side) -> None:
    made = with_everything(before, after, "marked")
    assert made.interruptions
    written = report(made)
    places = [written.index(f'<h2 id="{name}"') for name in ("ends", "problems", "map", "runs", "costs", "resources")]
    assert places == sorted(places)
    assert "AWS::S3::Bucket marked, with the data" in Page(written).text()
    ends = written[places[0] : places[1]]
    assert "marked" not in Page(report(review(before, after))).text()
    assert ends.count("✕ replaced") == 1


def test_a_review_s_pods_problems_and_costs_are_in_it(before: Side, after: Side) -> None:
    made = review(before, after)
    text = Page(report(made)).text()
    assert "fargate-executors" in text
    assert "number: 2 → 7" in text
    assert "r6i.4xlarge" in text
    for _, problem in (*made.come, *made.gone):
        assert problem.code in text
        assert " ".join(problem.what.split()) in text
    for cost in made.costs:
        assert cost.name in text
    same = Page(report(review(before, before))).text()
    assert "1 job without a change" in same
    assert "No run changes its cost" in same
    assert "changed" not in same.replace("~ changed", "", 1).partition("Where each pod lands")[2]


def test_every_run_has_its_state_and_its_change_in_words_and_by_sign(before: Side, after: Side) -> None:
    text = Page(report(review(before, after))).text()
    assert "fargate ✓ ok - removed" in text
    assert "~ changed" in text
    assert "+ added" in text
    errors = Page(report(with_everything(before, after, "marked"))).text()
    assert "other ✕ not planned" in errors
    assert "marked ! 1 warning" in errors


def test_what_is_not_compared_is_said(before: Side, after: Side) -> None:
    assert "Resources were not compared" in Page(report(review(before, after))).text()
    both = [replace(one, templates={}) for one in (before, after)]
    assert "not compared" not in Page(report(review(*both))).text()


def test_a_cost_that_is_not_known_is_not_zero(before: Side) -> None:
    bill = Bill((Part("x", "a node", "1", None, "the price of m6i.large"),), ())
    known = Bill((Part("x", "a node", "1", Amount.of(1.0)),), ())
    page, other = (Page(report(review(None, replace(before, at_rest=one, costs={})))) for one in (bill, known))
    bars = [sum(one.get("class") == "now" for _, one in each.elements) for each in (page, other)]
    assert bars == [0, 2]
    text = page.text()
    assert "a node 1 not known" in text
    assert "the price of m6i.large" in text


def test_what_is_cut_is_said(before: Side) -> None:
    many = tuple(ResourceChange("s", f"r{n}", f"r{n}", "AWS::SSM::Parameter", "added") for n in range(MOST_NAMES + 5))
    for number, said in ((MOST_NAMES + 5, True), (MOST_NAMES, False)):
        text = Page(report(replace(review(None, before), resources=many[:number]))).text()
        assert f"{number} resources added" in text
        assert ("and 5 more" in text) == said


def test_problems_as_before_stay_on_the_page_apart(before: Side, after: Side) -> None:
    same = [problem for plan in before.plans.values() for problem in plan.problems]
    assert same
    text = Page(report(review(before, before))).text()
    assert "of problems as before" in text
    assert all(problem.code in text for problem in same)
    assert "New with the change" not in text
    assert "New with the change" in Page(report(review(before, after))).text()


def test_jobs_that_change_come_first(tmp_path: Path) -> None:
    job = data()["jobs"]["count"]
    other = {**job, "executors": {**job["executors"], "instances": 3}}
    old = side(tmp_path / "a", {"jobs": {"first": job, "second": job}})
    for changed, order in (
        ({"first": job, "second": other}, ["second", "first"]),
        ({"first": other, "second": job}, ["first", "second"]),
    ):
        written = report(review(old, side(tmp_path / order[0], {"jobs": changed})))
        assert re.findall(r"<h3>(first|second)</h3>", written) == order


def test_jobs_that_are_alike_are_one_row(tmp_path: Path) -> None:
    job = data()["jobs"]["count"]
    other = {**job, "executors": {**job["executors"], "instances": 3}}
    text = Page(report(review(None, side(tmp_path, {"jobs": {"a": job, "b": job, "c": other}})))).text()
    assert "a and 1 alike 2 jobs a, b" in text
    assert text.count("pinned-driver ✓ ok") == 2 or text.count("pinned-driver !") == 2


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def themes() -> Iterator[dict[str, str]]:
    for block in re.findall(r":root \{([^}]*)\}", shipped("colors.css")):
        yield dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))


SURFACES = ("paper", "band", "card")
PAIRS = [
    *product(("ink", "quiet", "link", "error", "warning", "good", "added", "removed", "changed"), SURFACES),
    *((f"on-{role}", role) for role in ("submitter", "driver", "executors")),
    *((sign, f"{sign}-tint") for sign in ("added", "removed", "changed")),
]


@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_text_contrasts_with_what_is_behind_it(front: str, back: str) -> None:
    """4.5 to 1, light and dark (WCAG 2.2, 1.4.3)."""
    every = list(themes())
    assert len(every) == 2
    for theme in every:
        low, high = sorted((luminance(theme[front]), luminance(theme[back])))
        assert (high + 0.05) / (low + 0.05) >= 4.5


def test_both_themes_have_every_color_that_is_used() -> None:
    used = set(re.findall(r"var\(--([\w-]+)\)", shipped("map.css") + shipped("page.css")))
    for theme in themes():
        assert used <= set(theme)


def test_review_writes_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    dev = str(write_reviews.ROOT / write_reviews.DEV)
    assert main(["review", dev, dev, "--no-resources", "--output", "html"]) == 0
    assert Page(capsys.readouterr().out).text().startswith("Review of a change")


def test_the_large_example_is_what_the_program_writes_today_and_small_enough() -> None:
    written = dict(write_reviews.pages())
    is_same = written == {name: (write_reviews.REVIEWS / name).read_text() for name in written}
    assert is_same, "make reviews"
    assert len(written["large.html"].encode()) < 2000 * KILOBYTE
    page = Page(written["large.html"])
    assert sum("cell" in one.get("class", "").split() for _, one in page.elements) == 4 * write_reviews.JOBS


@pytest.mark.parametrize("name", ["dev.html", "dev-changed.html", "prod.html"])
def test_the_other_examples_are_small(name: str) -> None:
    assert (write_reviews.REVIEWS / name).stat().st_size < 300 * KILOBYTE
