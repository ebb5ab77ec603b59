"""Runs that are alike: whatever is asked about the nodes they need has one answer, worked out once for all of them."""

from collections.abc import Hashable, Iterable, Iterator, MutableMapping, Sequence
from itertools import combinations

from emr_eks_placement.scheduling.capacity import AllNodes
from emr_eks_placement.scheduling.counting import Counting, Wanted
from emr_eks_placement.scheduling.packing import pods_on

Countings = dict[tuple[str, ...], Counting]
"""Of a run's roles, counted beside each other, the last beside those before it."""
_MOST_KNOWN = 1000  # runs of a cluster that differ


def countings_of(pods: Sequence[Wanted], apart: Hashable, known: MutableMapping[Hashable, Countings]) -> Countings:
    """Where the countings of a run are kept: with those of a known run that is like it, else by themselves.

    Runs are alike if they have as many pods of each kind, on the same whole groups, every node holds as many of one's as of
    the other's beside those of the kinds before, and the same kinds share no node. known: of one cluster, which it adds to.
    """
    groups = {name: nodes for one in pods for name, nodes in one.nodes.items() if isinstance(nodes, AllNodes)}
    if any(groups.get(name) is not nodes for one in pods for name, nodes in one.nodes.items()):
        return {}
    key = (apart, *((one.count, *one.nodes) for one in pods), *_held(pods, groups.values()))
    if key not in known:
        if len(known) >= _MOST_KNOWN:
            known.clear()
        known[key] = {}
    return known[key]


def _held(pods: Sequence[Wanted], groups: Iterable[AllNodes]) -> Iterator[int]:
    """How many of the pods of each kind every node holds beside any of those before them."""
    shapes = [one.pod for one in pods]
    asked = [
        (pod, some)
        for place, pod in enumerate(shapes)
        for number in range(place + 1)
        for some in combinations(shapes[:place], number)
    ]
    for nodes in groups:
        for room, best in nodes.bounds:
            for pod, beside in asked:
                yield pods_on(room, pod, beside, lightest=best)
