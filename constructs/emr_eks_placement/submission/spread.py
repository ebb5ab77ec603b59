"""Distributes the runs of a fleet over zones."""

from collections.abc import Iterator, Mapping


def spread(weights: Mapping[str, int]) -> Iterator[str]:
    """Yields zones endlessly, each in proportion to its weight, and without long repetitions.

    weights: at least 1 each; zones with equal weights take turns. The same weights give the same zones (smooth weighted
    round-robin, as in nginx's upstream balancer).
    """
    total = sum(weights.values())
    current = dict.fromkeys(weights, 0)
    while True:
        for zone, weight in weights.items():
            current[zone] += weight
        chosen = max(current, key=lambda zone: current[zone])
        current[chosen] -= total
        yield chosen
