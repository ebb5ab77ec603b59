"""The policies that follow from the table of S3 calls: all that jobs ask at their paths, and nothing beside."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emr_eks_placement.emr.s3_calls import (
    LIST,
    LOG,
    READ,
    READ_FILE,
    WRITE,
    S3Call,
    asked,
    object_patterns,
    prefix_patterns,
)
from tests.unit.laws import LAW

# S3 allows any character in a key; what fnmatch takes for a pattern no folder of an environment has.
NAMES = st.text(st.characters(blacklist_characters="*?[]/", blacklist_categories=["Cs"]), min_size=1, max_size=12)
FOLDERS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)


def allows(path: str, calls: tuple[S3Call, ...], action: str, name: str) -> bool:
    patterns = prefix_patterns(path, calls) if action == LIST else object_patterns(path, calls)
    return any(fnmatchcase(name, pattern) for pattern in patterns)


@pytest.mark.parametrize("calls", [READ, WRITE], ids=["read", "write"])
@LAW
@given(folder=FOLDERS, below=FOLDERS)
def test_what_is_asked_at_a_folder_and_below_it_is_allowed(calls: tuple[S3Call, ...], folder: str, below: str) -> None:
    for path in (folder, f"{folder}/{below}"):
        for action, name in asked(path, calls):
            assert allows(folder, calls, action, name), (action, name)


@pytest.mark.parametrize("calls", [READ_FILE, READ, WRITE, LOG], ids=["read file", "read", "write", "log"])
@LAW
@given(folder=FOLDERS, more=NAMES.filter(lambda name: not name.startswith("_")), below=FOLDERS)
def test_a_folder_beside_is_not_reached(calls: tuple[S3Call, ...], folder: str, more: str, below: str) -> None:
    above, beside = folder.rpartition("/")[0], f"{folder}{more}"
    for name in (beside, f"{beside}/", f"{beside}/{below}", f"{beside}_$folder$", above, f"{above}/", ""):
        for action in (LIST, "s3:GetObject"):
            assert not allows(folder, calls, action, name), (action, name)


@pytest.mark.parametrize("calls", [READ_FILE, READ, WRITE], ids=["read file", "read", "write"])
def test_the_rights_to_look_up_an_object_reveal_that_it_is_missing(calls: tuple[S3Call, ...]) -> None:
    looked_for = [end for call in calls if call.operation == "HeadObject" and call.action != LIST for end in call.ends]
    assert looked_for
    for end in looked_for:
        assert allows("data/spark", calls, LIST, f"data/spark{end}"), end
