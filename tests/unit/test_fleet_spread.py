"""The zones of a fleet's runs: as often as their weight, never one for long, the same each time."""

from collections import Counter
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from emr_eks_placement.submission.spread import spread

WEIGHTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 60), min_size=1)


@given(WEIGHTS)
def test_of_as_many_runs_as_the_weights_add_up_to_each_zone_has_its_weight(weights: dict[str, int]) -> None:
    total = sum(weights.values())
    turns = list(islice(spread(weights), 2 * total))
    assert Counter(turns[:total]) == weights
    assert turns[total:] == turns[:total], "and so on"


@given(WEIGHTS, st.integers(0, 400))
def test_after_any_number_of_runs_no_zone_is_off_its_share_by_more_than_its_peers(
    weights: dict[str, int], runs: int
) -> None:
    counts, total = Counter(islice(spread(weights), runs)), sum(weights.values())
    for zone, weight in weights.items():
        assert abs(counts[zone] - runs * weight / total) < len(weights)


@given(WEIGHTS, st.integers(0, 200))
def test_the_same_weights_give_the_same_zones(weights: dict[str, int], runs: int) -> None:
    """So that a resumed fleet finds each run in the zone of before."""
    assert list(islice(spread(weights), runs)) == list(islice(spread(dict(weights)), runs))


def test_equal_zones_take_turns() -> None:
    assert "".join(islice(spread(dict.fromkeys("abc", 1)), 7)) == "abcabca"


def test_a_zone_with_much_room_does_not_have_all_its_runs_at_once() -> None:
    assert "".join(islice(spread({"a": 5, "b": 1, "c": 1}), 7)) == "aabacaa"
