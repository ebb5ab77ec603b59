"""EMR's mapping is added to the text of aws-auth's mapRoles, in whatever way somebody wrote it; PyYAML reads the outcome."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from emr_eks_placement.infra.functions.emr_access.aws_auth import KubectlError, add_mapping
from emr_eks_placement.infra.functions.emr_access.map_roles import UnreadableError, with_mapping
from tests.unit.laws import LAW

EMR = "arn:aws:iam::111122223333:role/AWSServiceRoleForAmazonEMRContainers"
MAPPING = {"rolearn": EMR, "username": "emr-containers"}
NODES = "arn:aws:iam::111122223333:role/nodes"
# As EKS writes it for a managed node group.
BY_EKS = f"""- groups:
  - system:bootstrappers
  - system:nodes
  rolearn: {NODES}
  username: system:node:{{{{EC2PrivateDNSName}}}}
"""
WRITTEN = {
    "by EKS": BY_EKS,
    "indented, with a comment": f"  # nodes\n  - rolearn: {NODES}\n    username: a\n\n",
    "with a document's mark": f"---\n- rolearn: {NODES}\n  username: a",
    "with Windows' line ends": BY_EKS.replace("\n", "\r\n"),
    "by the CDK": json.dumps([{"rolearn": NODES, "username": "a", "groups": ["system:masters"]}]),
    "JSON on several lines": json.dumps([{"rolearn": NODES, "username": "a"}], indent=2),
    "EMR's in a comment": f"- rolearn: {NODES}\n  username: a # not {EMR}\n# - rolearn: {EMR}\n",
    "a longer name": f"- rolearn: {EMR}-test\n  username: a\n",
    "empty": "",
    "an empty list": "[]\n",
    "a comment alone": "---\n# nobody yet\n",
}


def added(text: str) -> str:
    return with_mapping(text, EMR, "emr-containers")


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_what_is_there_stays_and_the_mapping_comes_last(text: str) -> None:
    assert yaml.safe_load(added(text)) == [*(yaml.safe_load(text) or []), MAPPING]
    assert added(added(text)) == added(text)


def test_comments_and_quotes_stay_as_they_were_written() -> None:
    text = f'# ours\n- rolearn: "{NODES}"\n  username: a\n'
    assert added(text).startswith(text)


@pytest.mark.parametrize("quote", ["", '"', "'"])
@pytest.mark.parametrize(
    "form", ["- rolearn: {0}\n  username: emr-containers", '[{{"rolearn": "{0}", "username": "x"}}]']
)
def test_a_mapping_that_is_there_is_left_alone(form: str, quote: str) -> None:
    text = form.format(f"{quote}{EMR}{quote}" if form[0] == "-" else EMR)
    assert added(text) == text


@pytest.mark.parametrize("text", ["[{rolearn: a, username: b}]", "rolearn: a", "- a\n...\n", "  - a\nb: c\n", "text"])
def test_what_is_no_list_one_below_the_other_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        added(text)


_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
_ENTRIES = st.lists(
    st.dictionaries(
        st.sampled_from(["rolearn", "username", "groups"]), _TEXTS | st.lists(_TEXTS, max_size=2), min_size=1
    ),
    max_size=4,
)


@LAW
@given(_ENTRIES, st.sampled_from([2, 4]), st.sampled_from([None, '"', "|"]), st.booleans())
@example([{"groups": ["- a", "\n- b\n"]}], 2, "|", False)
def test_whatever_yaml_writes_is_added_to_or_refused_and_never_lost(
    entries: list[Any], indent: int, style: str | None, as_json: bool
) -> None:
    text = json.dumps(entries) if as_json else yaml.safe_dump(entries, indent=indent, default_style=style)
    try:
        after = added(text)
    except UnreadableError:
        assert not as_json, text
        return
    assert yaml.safe_load(after) == [*yaml.safe_load(text), MAPPING]


class Cluster:
    """A Kubernetes API behind the CDK's handler, with somebody who changes aws-auth now and then."""

    def __init__(self, map_roles: str | None, changes: int = 0) -> None:
        self.data = None if map_roles is None else {"mapRoles": map_roles, "mapUsers": "- userarn: a"}
        self.version, self.changes, self.calls = 1, changes, list[str]()

    def __call__(self, kind: str, properties: Any) -> str:
        self.calls.append(kind)
        if kind == "KubernetesResource":
            if self.data is not None:
                raise KubectlError('Error from server (AlreadyExists): configmaps "aws-auth" already exists')
            (manifest,) = json.loads(properties["Manifest"])
            self.data = manifest["data"]
        elif kind == "KubernetesObjectValue":
            found = json.dumps({"metadata": {"resourceVersion": str(self.version)}, "data": self.data})
            if self.changes:
                self.changes, self.version = self.changes - 1, self.version + 1
                assert self.data
                self.data["mapRoles"] += f"- rolearn: {NODES}{self.version}\n"
            return found
        else:
            patch = json.loads(properties["ApplyPatchJson"])
            if patch["metadata"]["resourceVersion"] != str(self.version):
                raise KubectlError(
                    'Operation cannot be fulfilled on configmaps "aws-auth": the object has been modified'
                )
            assert self.data
            self.data |= patch["data"]
        return ""


def map_emr(cluster: Cluster) -> list[Any]:
    add_mapping(cluster, "spark", EMR, "emr-containers")
    assert cluster.data
    found: list[Any] = yaml.safe_load(cluster.data["mapRoles"])
    return found


def test_a_cluster_without_the_config_map_gets_one() -> None:
    assert map_emr(Cluster(None)) == [MAPPING]


def test_nodes_that_eks_lets_in_meanwhile_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    cluster = Cluster(BY_EKS, changes=2)
    assert [entry["rolearn"] for entry in map_emr(cluster)] == [NODES, f"{NODES}2", f"{NODES}3", EMR]
    assert cluster.data
    assert cluster.data["mapUsers"] == "- userarn: a"


def test_a_second_time_nothing_is_written() -> None:
    cluster = Cluster(BY_EKS)
    map_emr(cluster)
    cluster.calls.clear()
    map_emr(cluster)
    assert "KubernetesPatch" not in cluster.calls


def test_a_list_that_can_not_be_extended_is_left_and_the_error_has_the_command() -> None:
    cluster = Cluster("[{rolearn: a, username: b}]")
    with pytest.raises(UnreadableError, match="eksctl create iamidentitymapping --cluster spark"):
        map_emr(cluster)
    assert "KubernetesPatch" not in cluster.calls


def test_other_failures_are_not_taken_for_a_config_map_that_is_there() -> None:
    calls: list[str] = []

    def forbidden(kind: str, _properties: Any) -> str:
        calls.append(kind)
        raise KubectlError("Error from server (Forbidden): configmaps is forbidden")

    with pytest.raises(KubectlError, match="Forbidden"):
        add_mapping(forbidden, "spark", EMR, "emr-containers")
    assert calls == ["KubernetesResource"]
