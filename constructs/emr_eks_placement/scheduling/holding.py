"""How many equal pods node groups and pools hold next to single pods: at the best placement, and at any placement.

kube-scheduler places one pod after another, each on the node with the highest score among those with room. Scores also
depend on images, volumes and other pods, and ties are broken at random: a certain number must hold for every choice.

A pod waits only when no node that can take it has room for one. A node that holds h such pods next to the single ones
on it has room until h of them run there. So none waits as long as fewer run than the sum of h over all nodes.
`sure_to_fit` adds the least h of each node, and subtracts the most that the single pods can cost; `most_that_fit` adds
the largest h, and subtracts the least that they can cost. Neither looks at single placements.
"""

import math
from collections.abc import Mapping
from fractions import Fraction

from emr_eks_placement.scheduling.counting import Counting, Kind, Some
from emr_eks_placement.scheduling.supply import ANY, GroupNodes, PoolNodes, Supply

_Number = int | Fraction


def most_that_fit(counting: Counting, supply: Supply) -> int | None:
    """Returns how many of the counted pods fit at best: no placement holds more.

    None: not all the single pods can be placed.
    """
    each = {
        name: _extreme(counting, counting.at_best(name, supply), supply, name, best=True)
        for name in counting.run.wanted.nodes
    }
    lost = _cost(counting, supply, each, best=True)
    if lost is None:
        return None
    if any(_grows(counting, supply, name, best=True) for name in each):
        return ANY
    held = sum(one * _units(counting, supply, name, best=True) for name, one in each.items())
    return max(0, math.floor(held - lost))


def sure_to_fit(counting: Counting, supply: Supply) -> int:
    """Returns how many of the counted pods certainly run, or more, whatever nodes exist and the scheduler chooses."""
    each = {
        name: _extreme(counting, counting.may_be(name, supply), supply, name, best=False)
        for name in counting.run.wanted.nodes
    }
    if any(_grows(counting, supply, name, best=False) for name in each):
        return ANY
    held = sum(one * _units(counting, supply, name, best=False) for name, one in each.items())
    return max(0, math.ceil(held - (_cost(counting, supply, each, best=False) or 0)))


def all_fit_for_sure(counting: Counting, supply: Supply) -> bool:
    """Returns whether there is enough room even if each single pod uses a whole node. A fast test; only a False may be
    wrong."""
    wanted, held, largest = counting.run.wanted, 0, 0
    for name in wanted.nodes:
        nodes = supply[name]
        if isinstance(nodes, GroupNodes):
            least = min((counting.held(kind, best=False) for kind in counting.may_be(name, supply)), default=0)
            number = nodes.sure(wanted.zones)
            held += least * number
            largest = max(largest, least if number else 0)
    return held - largest * len(counting.every) >= wanted.count


def _extreme(counting: Counting, kinds: tuple[Kind, ...], supply: Supply, name: str, *, best: bool) -> _Number:
    """Returns the most or the least of the counted pods on a node of a group; for a pool, for each vCPU."""
    choose = max if best else min
    if isinstance(supply[name], GroupNodes):
        return choose((counting.held(kind, best=best) for kind in kinds), default=0)
    return choose(Fraction(*one) for one in {(counting.held(kind, best=best), kind.vcpus) for kind in kinds})


def _units(counting: Counting, supply: Supply, name: str, *, best: bool) -> int:
    """Returns how many nodes a group has for the counted pods; for a pool, how many vCPU."""
    nodes, wanted = supply[name], counting.run.wanted
    if isinstance(nodes, GroupNodes):
        return nodes.most(wanted.zones) if best else nodes.sure(wanted.zones)
    if nodes.vcpus is None:
        return 0
    return nodes.usable(wanted.nodes[name]) if best else nodes.used(wanted.nodes[name])


def _grows(counting: Counting, supply: Supply, name: str, *, best: bool) -> bool:
    """Returns whether it is a pool that creates nodes for as many of the counted pods as there are."""
    nodes = supply[name]
    if isinstance(nodes, GroupNodes) or nodes.vcpus is not None:
        return False
    return any(counting.held(kind, best=best) for kind in counting.taking(name))


def _cost(counting: Counting, supply: Supply, each: Mapping[str, _Number], *, best: bool) -> _Number | None:
    """Returns how many of the counted pods the single ones displace, at best or at worst; None if they can't all be
    placed.

    Two of them share a node or have one each, of different groups or of one that has two. At worst one of them waits.
    """
    every = counting.every
    if not every:
        return 0
    alone = [_costs(counting, supply, (one,), each, best=best) for one in every]
    found = [cost for costs in alone for cost in costs.values()] if len(every) == 1 or not best else []
    if len(every) > 1:
        first, second = (sorted(costs.items(), key=lambda one: one[1], reverse=not best)[:2] for costs in alone)
        found += [
            cost + more
            for name, cost in first
            for other, more in second
            if name != other or counting.has_two(name, supply)
        ]
        found += _costs(counting, supply, every, each, best=best).values()
    return (min if best else max)(found, default=None)


def _costs(
    counting: Counting, supply: Supply, some: Some, each: Mapping[str, _Number], *, best: bool
) -> dict[str, _Number]:
    """Returns what single pods that share a node cost, for each group that the node may belong to."""
    choose = min if best else max
    return {
        name: choose(
            _lost(counting, supply, name, kind, some, each.get(name, 0), best=best)
            for kind in counting.shared(name, some, supply)
        )
        for name in counting.places(some, supply)
    }


def _lost(
    counting: Counting, supply: Supply, name: str, kind: Kind, some: Some, each: _Number, *, best: bool
) -> _Number:
    """Returns how many fewer counted pods fit because a node of that kind has these single ones."""
    nodes = supply[name]
    lost: _Number = each
    if isinstance(nodes, PoolNodes):
        lost = 0 if nodes.vcpus is None else each * _vcpus(counting, name, kind, best=best)
    elif kind.outside:
        lost = 0
    return max(0, lost - counting.held(kind, some, best=best))


def _vcpus(counting: Counting, name: str, kind: Kind, *, best: bool) -> int:
    """Returns a node's share of a pool's vCPU, in steps of the nodes that take the counted pods: rounded down at best."""
    if kind.takes or name not in counting.run.wanted.nodes:
        return kind.vcpus
    step = math.gcd(*{one.vcpus for one in counting.taking(name)})
    return (kind.vcpus // step if best else -(-kind.vcpus // step)) * step
