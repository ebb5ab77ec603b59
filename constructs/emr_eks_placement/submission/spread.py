"""Which zone each run of a fleet gets."""

from collections.abc import Iterator, Mapping


def spread(weights: Mapping[str, int]) -> Iterator[str]:
    """Zones without end, each as often as its weight among those of all, and never the same for long.

    weights: at least 1 each; equal ones take turns. The same weights give the same zones (smooth weighted round-robin, as
    nginx's upstream balances).
    """
    total = sum(weights.values())
    current = dict.fromkeys(weights, 0)
    while True:
        for zone, weight in weights.items():
            current[zone] += weight
        chosen = max(current, key=lambda zone: current[zone])
        current[chosen] -= total
        yield chosen
