"""Similar runs: every question about the nodes they need has one answer, computed once for all of them."""

from collections.abc import Hashable, Iterable, Iterator, MutableMapping, Sequence
from itertools import combinations

from emr_eks_placement.scheduling.capacity import AllNodes
from emr_eks_placement.scheduling.counting import Counting, Wanted
from emr_eks_placement.scheduling.packing import pods_on

Countings = dict[tuple[str, ...], Counting]
"""The countings of a run's roles next to each other, the last next to those before it."""
_MOST_KNOWN = 1000  # different runs of a cluster


def countings_of(pods: Sequence[Wanted], apart: Hashable, known: MutableMapping[Hashable, Countings]) -> Countings:
    """Returns the cache for the countings of a run: that of a similar known run, or a new one.

    Runs are similar if they have as many pods of each kind, on the same whole groups, if every node holds as many of
    one's as of the other's next to those of the previous kinds, and if the same kinds share no node. known: of one
    cluster; new runs are added to it.
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
    """Yields how many of the pods of each kind every node holds next to any of those before them."""
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
