import pytest

from local.kubernetes.patches import apply_patch, merge_patch, strategic_merge_patch
from local.kubernetes.status import ApiError, JsonObject


def test_merge_patch_removes_null_merges_objects_and_replaces_lists() -> None:
    current = {"data": {"a": "1", "b": "2"}, "items": [1, 2]}
    assert merge_patch(current, {"data": {"a": None, "c": "3"}, "items": [3]}) == {
        "data": {"b": "2", "c": "3"},
        "items": [3],
    }
    assert current == {"data": {"a": "1", "b": "2"}, "items": [1, 2]}


def test_strategic_merge_merges_named_lists_and_replaces_the_others() -> None:
    current = {
        "containers": [{"name": "main", "image": "a", "env": [{"name": "X", "value": "1"}]}, {"name": "side"}],
        "tolerations": [{"key": "old"}],
    }
    patch = {
        "$setElementOrder/containers": [{"name": "main"}],
        "containers": [{"name": "main", "env": [{"name": "Y", "value": "2"}]}, {"name": "side", "$patch": "delete"}],
        "tolerations": [{"key": "new"}],
    }
    assert strategic_merge_patch(current, patch) == {
        "containers": [
            {"name": "main", "image": "a", "env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "2"}]}
        ],
        "tolerations": [{"key": "new"}],
    }


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({"metadata": {"$patch": "replace", "name": "n"}}, {"metadata": {"name": "n"}}),
        ({"metadata": {"$patch": "delete"}}, {}),
        ({"metadata": {"$deleteFromPrimitiveList/finalizers": ["a"]}}, {"metadata": {"finalizers": ["b"]}}),
        ({"metadata": {"finalizers": ["b", "c"]}}, {"metadata": {"finalizers": ["a", "b", "c"]}}),
    ],
)
def test_strategic_merge_directives(patch: JsonObject, expected: JsonObject) -> None:
    assert strategic_merge_patch({"metadata": {"finalizers": ["a", "b"]}}, patch) == expected


def test_strategic_merge_refuses_a_list_element_without_its_key() -> None:
    with pytest.raises(ApiError, match="merge key 'name'"):
        strategic_merge_patch({"volumes": [{"name": "a"}]}, {"volumes": [{"$patch": "delete"}]})


def test_apply_removes_what_the_same_manager_no_longer_lists_and_keeps_what_others_set() -> None:
    current = {"data": {"mine": "1", "theirs": "2"}, "ports": [{"port": 1}, {"port": 2}, {"port": 3}]}
    previous = {"data": {"mine": "1"}, "ports": [{"port": 1}, {"port": 2}]}
    desired = {"data": {"new": "3"}, "ports": [{"port": 2, "name": "two"}]}
    assert apply_patch(current, previous, desired) == {
        "data": {"theirs": "2", "new": "3"},
        "ports": [{"port": 2, "name": "two"}, {"port": 3}],
    }
