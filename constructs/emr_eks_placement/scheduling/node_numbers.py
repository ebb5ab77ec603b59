"""How many nodes the pods of a run need: at the best placement, and at any placement."""

from emr_eks_placement.scheduling.counting import Counting, Kind, Some
from emr_eks_placement.scheduling.supply import ANY, Supply


def fewest_nodes(counting: Counting, supply: Supply) -> int:
    """Returns the number of nodes below which no placement works, even on the largest nodes that groups and pools can
    have.

    If they can't have enough nodes, more of the largest are assumed.
    """
    if _all_on_one(counting, counting.every, supply):
        return 1
    kinds = {one: _shared(counting, (one,), supply) for one in counting.every}
    alone = tuple(one for one in counting.every if not any(kind.takes for kind in kinds[one]))
    beside = tuple(one for one in counting.every if one not in alone)
    nodes_alone = 1 if alone and _shared(counting, alone, supply) else len(alone)
    if alone and _all_on_one(counting, beside, supply):
        return nodes_alone + 1
    if alone:
        return nodes_alone + _walk(counting, supply, counting.run.wanted.count)
    lost = sum(_least_lost(counting, (one,), kinds[one]) for one in beside)
    if len(beside) > 1:
        lost = min(lost, _least_lost(counting, beside, _shared(counting, beside, supply)))
    return max(2 if beside else 1, _walk(counting, supply, counting.run.wanted.count + lost))


def enough_nodes(counting: Counting) -> int | None:
    """Returns how many nodes that can take the counted pods certainly hold them, whatever their kinds and the
    scheduler's choices.

    None: no number is certain, because some of them may hold none.
    """
    held = min(counting.held(kind, best=False) for name in counting.run.wanted.nodes for kind in counting.taking(name))
    if not held:
        return None
    if held >= counting.run.wanted.count and _one_is_enough(counting):
        return 1
    lost = sum(_most_lost(counting, (one,), held) for one in counting.every)
    if len(counting.every) > 1 and lost < held:
        lost = max(lost, _most_lost(counting, counting.every, held))
    return max(2 if counting.every else 1, -(-(counting.run.wanted.count + lost) // held))


def _shared(counting: Counting, some: Some, supply: Supply) -> list[Kind]:
    return [kind for name in counting.places(some, supply) for kind in counting.shared(name, some, supply)]


def _all_on_one(counting: Counting, some: Some, supply: Supply) -> bool:
    """Returns whether one node can hold the counted pods and these single ones."""
    if some:
        kinds = _shared(counting, some, supply)
    else:
        kinds = [kind for name in counting.run.wanted.nodes for kind in counting.taking(name)]
    return any(counting.held(kind, some, best=True) >= counting.run.wanted.count for kind in kinds)


def _least_lost(counting: Counting, some: Some, kinds: list[Kind]) -> int:
    """Returns what these single pods cost at best on a shared node; nothing if its kind takes no counted pods."""
    costs = [counting.held(kind, best=True) - counting.held(kind, some, best=True) for kind in kinds]
    return min(costs, default=ANY)


def _most_lost(counting: Counting, some: Some, held: int) -> int:
    kinds = [kind for name in counting.run.single[some[0]].nodes for kind in counting.shared(name, some)]
    return max(0, max((held - counting.held(kind, some, best=False) for kind in kinds if kind.takes), default=0))


def _one_is_enough(counting: Counting) -> bool:
    """Returns whether any one node holds the counted pods next to all the single ones that can be on it."""
    count = counting.run.wanted.count
    return all(
        counting.held(kind, counting.every, best=False) >= count
        or counting.held(kind, counting.possible(name, kind), best=False) >= count
        for name in counting.run.wanted.nodes
        for kind in counting.taking(name)
    )


def _walk(counting: Counting, supply: Supply, count: int) -> int:
    """Returns how many of the largest nodes hold so many of the counted pods, with nothing else on them."""
    wanted = counting.run.wanted
    groups = sorted(
        (max(counting.held(kind, best=True) for kind in counting.taking(name)), supply[name].most(wanted.zones, nodes))
        for name, nodes in wanted.nodes.items()
    )
    number = 0
    for held, nodes in reversed(groups):
        if held and count > 0:
            taken = min(nodes, -(-count // held))
            number, count = number + taken, count - taken * held
    roomiest = groups[-1][0]
    return number if count <= 0 else number + -(-count // roomiest) if roomiest else ANY
