"""What the parts of a live cluster go by."""

import pytest

from emr_eks_placement.aws.eks import shown_names


@pytest.mark.parametrize(
    ("tags", "shown"),
    [
        ({"stack-NodeGroupsdrivers-4F5": {"Name": "drivers"}}, ["drivers"]),
        ({"drivers": {}}, ["drivers"]),
        ({"a": {"Name": "nodes"}, "b": {"Name": "nodes"}}, ["a", "b"]),
        ({"a": {"Name": "b"}, "b": {}}, ["a", "b"]),
        ({"a": {"Name": ""}, "b": {"name": "x"}}, ["a", "b"]),
        ({"a": {"Name": "b"}, "b": {"Name": "c"}}, ["a", "c"]),
    ],
)
def test_the_tag_name_counts_where_it_is_one_part_s_alone(tags: dict[str, dict[str, str]], shown: list[str]) -> None:
    assert list(shown_names(tags).values()) == shown
