"""Reviews: laws on random environments and their random changes, and each output."""

import json
import subprocess
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from emr_eks_placement.cli.main import main
from emr_eks_placement.cli.output.plan import plan_as_json
from emr_eks_placement.cli.output.review_findings import as_annotations
from emr_eks_placement.cli.output.review_markdown import LONGEST, as_markdown
from emr_eks_placement.cost import Amount
from emr_eks_placement.planning import Plan
from emr_eks_placement.review import PodMove, Review, RunMove, Side, review
from emr_eks_placement.review.findings import PlacedFinding, placed_findings
from emr_eks_placement.review.moves import moves
from emr_eks_placement.review.resources import Templates, resource_changes
from emr_eks_placement.runs.review_sides import side_of
from tests.generated_environments import change, generate
from tests.unit.environments import REPOSITORY
from tests.unit.json_output import check_output
from tests.unit.planned import CAPACITY, LABEL, ON_FARGATE, ZONE_A, ZONE_B, capacity, planned, profile, request

SEEDS = range(12)
DEV = str(REPOSITORY / "environments/dev.yaml")


def side(folder: Path, data: dict[str, Any], name: str = "random") -> Side:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.yaml"
    file.write_text(yaml.safe_dump(data))
    prices = folder / "prices"
    made, _ = side_of(
        str(file), file, today=date(2026, 11, 28), app=None, prices=_prices(prices, data), spot_discount=0.6
    )
    return made


def _prices(folder: Path, data: dict[str, Any]) -> Path:
    """Those of us-east-1, as if they were the region's."""
    shipped = REPOSITORY / "constructs/emr_eks_placement/facts/data/prices/us-east-1.json"
    folder.mkdir(exist_ok=True)
    listed = json.loads(shipped.read_text()) | {"region": data["region"]}
    (folder / f"{data['region']}.json").write_text(json.dumps(listed))
    return folder


def without_reasons(plan: Plan) -> dict[str, Any]:
    """A plan as plan --output json has it, without the words that explain it: an account of its own of what a plan is."""
    described = plan_as_json(plan)
    for pod in described["pods"]:
        del pod["reasons"]
    return described


def mirrored(one: RunMove) -> RunMove:
    pods = tuple(
        PodMove(pod.role, {name: (after, before) for name, (before, after) in pod.changes.items()}) for pod in one.pods
    )
    nodes = (one.nodes[1], one.nodes[0])
    return replace(one, pods=pods, nodes=nodes, come=one.gone, gone=one.come, is_new=one.is_gone, is_gone=one.is_new)


def in_order(some: tuple[RunMove, ...]) -> list[RunMove]:
    """By label, and what changes of a pod by name: which side comes first decides the order."""
    sorted_pods = (
        replace(one, pods=tuple(PodMove(pod.role, dict(sorted(pod.changes.items()))) for pod in one.pods))
        for one in some
    )
    return sorted(sorted_pods, key=lambda one: one.label)


@pytest.fixture(scope="module", params=SEEDS)
def sides(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Side, Side]:
    """A random environment, and it with one random change."""
    folder = tmp_path_factory.mktemp("sides")
    data = generate(request.param, given=False)
    return side(folder / "before", data), side(folder / "after", change(data, request.param))


def test_a_review_of_the_same_is_empty(sides: tuple[Side, Side]) -> None:
    assert review(sides[0], sides[0]).is_empty


def test_the_other_way_round_is_the_inverse(sides: tuple[Side, Side]) -> None:
    there, back = review(*sides), review(*reversed(sides))
    assert in_order(tuple(map(mirrored, there.moves))) == in_order(back.moves)
    assert (there.come, there.gone) == (back.gone, back.come) or len(there.moves) > 1
    for one, other in [(there.at_rest, back.at_rest), *_paired(there, back)]:
        assert one.low == pytest.approx(-other.low)
        assert (one.high is None) == (other.high is None)
        assert one.high is None or one.high == pytest.approx(-(other.high or 0.0))


def _paired(one: Review, other: Review) -> list[Any]:
    by_name = {cost.name: cost for cost in other.costs}
    assert by_name.keys() == {cost.name for cost in one.costs}
    return [(cost, by_name[cost.name]) for cost in one.costs]


def test_the_difference_of_totals_is_the_total_of_differences(sides: tuple[Side, Side]) -> None:
    made = review(*sides)
    for one in (made.at_rest, *made.costs):
        assert one.unknown == ()
        assert one.low == pytest.approx(one.after.low - one.before.low)
        if one.after.high is not None and one.before.high is not None:
            assert one.high == pytest.approx(one.after.high - one.before.high)


def test_a_run_is_in_the_review_if_its_plan_differs_and_else_not(sides: tuple[Side, Side]) -> None:
    before, after = sides
    differing = {
        label
        for label in {*before.plans, *after.plans}
        if label not in before.plans
        or label not in after.plans
        or without_reasons(before.plans[label]) != without_reasons(after.plans[label])
    }
    assert {move.label for move in review(before, after).moves} == differing


def test_some_random_changes_move_runs_and_some_do_not(tmp_path: Path) -> None:
    """Or the laws above would hold for nothing."""
    moved = []
    for seed in SEEDS[:8]:
        data = generate(seed, given=False)
        one, other = side(tmp_path / f"{seed}a", data), side(tmp_path / f"{seed}b", change(data, seed))
        moved.append(bool(review(one, other).moves))
    assert True in moved
    assert False in moved


def test_other_zones_and_other_numbers_of_nodes_are_moves() -> None:
    def planned_in(zones: tuple[str, ...], most: int) -> dict[str, Plan]:
        group = replace(CAPACITY.node_groups["nodes"], max_size=most)
        profiles = {"spark": profile({LABEL: "fargate"}, zones)}
        return {
            "count/fargate": planned(
                request(ON_FARGATE), capacity(node_groups={"nodes": group}, fargate_profiles=profiles)
            )
        }

    (elsewhere,) = moves(planned_in((ZONE_A,), 4), planned_in((ZONE_B,), 4))
    assert {pod.role: dict(pod.changes) for pod in elsewhere.pods} == {
        role: {"zones": (ZONE_A, ZONE_B)} for role in ("driver", "executors")
    }
    (more_nodes,) = moves(planned_in((ZONE_A,), 4), planned_in((ZONE_A,), 5))
    assert more_nodes.pods == ()
    assert [line.rpartition(", ")[2] for lines in more_nodes.nodes for line in lines] == ["at most 4", "at most 5"]


# Resources.


def template(**resources: Any) -> Templates:
    return {"stack": {"Resources": resources}}


def bucket(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "Properties": properties}


def test_what_holds_data_comes_first_unless_it_is_kept() -> None:
    old = template(
        A={"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "a"}},
        B=bucket(BucketName="b"),
        C={**bucket(BucketName="c"), "UpdateReplacePolicy": "Retain"},
        D={**bucket(), "DeletionPolicy": "Retain"},
    )
    new = template(
        A={"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "other"}},
        B=bucket(BucketName="other"),
        C={**bucket(BucketName="other"), "UpdateReplacePolicy": "Retain"},
    )
    found = resource_changes(old, new)
    assert [(one.logical_id, one.effect, one.ends_something) for one in found] == [
        ("B", "replaced", True),
        ("A", "replaced", False),
        ("C", "replaced", False),
        ("D", "removed", False),
    ]


def test_a_nested_property_replaces_where_the_schema_requires_it() -> None:
    """KubernetesNetworkConfig/IpFamily does, KubernetesNetworkConfig/ElasticLoadBalancing does not."""

    def cluster(**network: Any) -> Templates:
        return template(C={"Type": "AWS::EKS::Cluster", "Properties": {"KubernetesNetworkConfig": network}})

    def effect(old: Templates, new: Templates) -> list[str]:
        return [one.effect for one in resource_changes(old, new)]

    assert effect(cluster(IpFamily="ipv4"), cluster(IpFamily="ipv6")) == ["replaced"]
    none = template(C={"Type": "AWS::EKS::Cluster", "Properties": {}})
    assert effect(none, cluster(IpFamily="ipv6")) == effect(cluster(IpFamily="ipv6"), none) == ["replaced"]
    balanced = {"IpFamily": "ipv4", "ElasticLoadBalancing": {"Enabled": True}}
    assert effect(cluster(IpFamily="ipv4"), cluster(**balanced)) == ["updated"]


def test_a_resource_that_depends_on_a_replaced_one_follows_it() -> None:
    def app(name: str) -> Templates:
        return template(
            Cluster={"Type": "AWS::EKS::Cluster", "Properties": {"Name": name}},
            Group={"Type": "AWS::EKS::Nodegroup", "Properties": {"ClusterName": {"Ref": "Cluster"}}},
            Topic={"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::Sub": "of ${Cluster.Arn}"}}},
        )

    found = {one.logical_id: (one.effect, one.because) for one in resource_changes(app("a"), app("b"))}
    assert found == {
        "Cluster": ("replaced", ()),
        "Group": ("replaced", ("Cluster",)),
        "Topic": ("updated", ("Cluster",)),
    }


# Outputs.


@pytest.fixture
def changed(tmp_path: Path) -> str:
    """dev.yaml with more executors and larger nodes."""
    text = (
        Path(DEV).read_text().replace("../assets", str(REPOSITORY / "assets")) + f"\nshared_folders: [{REPOSITORY}]\n"
    )
    text = text.replace("instance_types: [m6i.large]", "instance_types: [m6i.xlarge]").replace(
        "instances: 2", "instances: 6"
    )
    file = tmp_path / "dev.yaml"
    file.write_text(text)
    return str(file)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main(["review", *arguments, "--no-resources"]) == status
    return capsys.readouterr().out


def test_the_summary_comes_last_in_the_terminal_and_first_in_a_comment(
    changed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = "resources not compared; 4 of 4 runs move; 4 problems come; a month at rest: +70.08 USD"
    assert printed(capsys, DEV, changed).splitlines()[-1] == summary
    marker, line, *_ = printed(capsys, DEV, changed, "--output", "markdown").splitlines()
    assert marker == "<!-- emr-placement review dev -->"
    assert line == f"**dev**: {summary}"


def test_json_matches_the_schema(changed: str, capsys: pytest.CaptureFixture[str]) -> None:
    check_output("review", json.loads(printed(capsys, DEV, changed, "--output", "json")))
    check_output("review", json.loads(printed(capsys, DEV, "--output", "json")))


def test_a_gate_decides_the_exit_status(changed: str, capsys: pytest.CaptureFixture[str]) -> None:
    for gate, status in {
        "cost=+50": 1,
        "cost=+71": 0,
        "cost=+10%": 1,
        "cost=+13%": 0,
        "problem": 0,
        "replaced": 0,
    }.items():
        printed(capsys, DEV, changed, "--fail-on", gate, status=status)
    assert main(["review", DEV, changed, "--fail-on", "cost=10"]) == 2
    assert capsys.readouterr().err.startswith("error: --fail-on: 'cost=10': must be replaced, problem, or a rise")


def test_sarif_has_every_problem_and_marks_the_new_ones(changed: str, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(printed(capsys, DEV, changed, "--output", "sarif"))
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert document["version"] == "2.1.0"
    states: dict[str, set[str]] = {}
    lines = Path(changed).read_text().splitlines()
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == changed
        if result["ruleId"] != "CHANGE_INTERRUPTS":
            placement = result["message"]["text"].partition("/")[2].partition(":")[0]
            assert lines[place["region"]["startLine"] - 1].strip().startswith(f"{placement}:")
        states.setdefault(result["baselineState"], set()).add(result["ruleId"])
    assert "FARGATE_VCPU_QUOTA" in states["new"]
    assert states["unchanged"]


def test_annotations_are_of_new_findings_at_their_line(changed: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, DEV, changed, "--output", "annotations").splitlines()
    placement = next(
        number for number, line in enumerate(Path(changed).read_text().splitlines(), 1) if line.strip() == "fargate:"
    )
    assert any(
        line.startswith(f"::warning file={changed},line={placement},title=FARGATE_VCPU_QUOTA::") for line in lines
    )
    assert not any("EXECUTORS_ACROSS_ZONES" in line for line in lines), "it was there before"


def test_an_annotation_is_one_command_whatever_its_text() -> None:
    """As actions/toolkit escapes commands: %25, %0D and %0A, and in properties %3A and %2C too."""
    finding = PlacedFinding("NOT_PLANNED", "error", "100%\r\n::set-output::x", "a,b:c%.yaml", 3, is_new=True)
    assert as_annotations([finding]) == (
        "::error file=a%2Cb%3Ac%25.yaml,line=3,title=NOT_PLANNED::100%25%0D%0A::set-output::x\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "rule", "path"),
    [
        ("cidr: 10.20.0.0/16", "cidr: 10.30.0.0/16", "CHANGE_REFUSED", "network.cidr"),
        ("[m6i.large]", "[m6i.xlarge]", "CHANGE_INTERRUPTS", "node_groups.system.instance_types"),
    ],
)
def test_what_the_deployment_refuses_or_interrupts_is_a_finding(
    old: str, new: str, rule: str, path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "dev.yaml"
    text = (
        Path(DEV).read_text().replace("../assets", str(REPOSITORY / "assets")) + f"\nshared_folders: [{REPOSITORY}]\n"
    )
    file.write_text(text.replace(old, new))
    status = 1 if rule == "CHANGE_REFUSED" else 0
    found = json.loads(printed(capsys, DEV, str(file), "--fail-on", "problem", "--output", "json", status=status))[
        "findings"
    ]
    (finding,) = (one for one in found if one["rule"] == rule)
    assert finding["message"].startswith(f"{path} = ")
    assert new in file.read_text().splitlines()[finding["line"] - 1]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.tags.add(tag)


HOSTILE = "</details><script>alert(1)</script>|`*_[x](javascript:y) %0A::error::\n\r\x1b[31m\u202e"


def hostile_review() -> Review:
    empty = Side(label=HOSTILE)
    made = review(empty, empty)
    move = RunMove(HOSTILE, (PodMove("driver", {HOSTILE: (HOSTILE, HOSTILE)}),), ((HOSTILE,), ()))
    resources = resource_changes(template(), {HOSTILE: {"Resources": {HOSTILE: {"Type": HOSTILE}}}})
    return replace(made, moves=(move,), resources=resources)


def test_names_are_no_markup_in_a_comment() -> None:
    text = as_markdown(hostile_review(), [])
    parser = _Tags()
    parser.feed(text.replace("\\<", "&lt;"))
    assert parser.tags <= {"details", "summary"}
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_comment_is_within_github_s_limit_and_lists_what_is_cut() -> None:
    moves = tuple(
        RunMove(f"job-{index}/fargate", (PodMove("driver", {"number": ("1", str(index)), "zones": ("a" * 500, "")}),))
        for index in range(2000)
    )
    text = as_markdown(replace(hostile_review(), moves=moves), [])
    assert len(text) <= LONGEST
    assert "parts are left out: a comment has at most 65,536 characters" in text


def test_a_revision_of_git_is_a_side(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "environments").mkdir()
    file = tmp_path / "environments/dev.yaml"
    text = (
        Path(DEV).read_text().replace("../assets", str(REPOSITORY / "assets")) + f"\nshared_folders: [{REPOSITORY}]\n"
    )
    file.write_text(text)
    for arguments in (
        ["init", "-q", "-b", "main"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "first"],
    ):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)  # noqa: S603, S607
    file.write_text(text.replace("nat_gateways: 1", "nat_gateways: 2"))
    monkeypatch.chdir(tmp_path)
    assert printed(capsys, "main:environments/dev.yaml", "environments/dev.yaml").endswith(
        "a month at rest: +36.50 USD\n"
    )
    for word, rule in {
        "other:environments/dev.yaml": "git archive: fatal",
        "main:nowhere.yaml": "revision main has no file",
    }.items():
        assert main(["review", word, "environments/dev.yaml"]) == 2
        assert rule in capsys.readouterr().err
    monkeypatch.chdir(file.parent)
    assert printed(capsys, "main:dev.yaml", "dev.yaml").endswith("+36.50 USD\n")


def test_a_job_that_can_not_be_placed_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "dev.yaml"
    text = (
        Path(DEV).read_text().replace("../assets", str(REPOSITORY / "assets")) + f"\nshared_folders: [{REPOSITORY}]\n"
    )
    file.write_text(text.replace("labels: {workload: spark-driver}", "labels: {workload: other}", 1))
    out = printed(capsys, DEV, str(file), "--fail-on", "problem", status=1)
    assert "error NOT_PLANNED" in out
    assert f"{file}:" in out


def test_findings_without_a_document_name_the_side() -> None:
    one = review(None, Side(label="cdk.out", templates={}))
    assert placed_findings(one, None) == []
    assert one.at_rest.after == Amount(0.0, 0.0)
