"""How each configuration entry of Spark 3.5 about pods affects a plan.

Complete for spark.kubernetes.*, spark.driver.*, spark.executor.*, spark.dynamicAllocation.*, spark.task.*,
spark.resources.*, spark.submit.* and spark.memory.*: tests/spark/test_entries.py walks the jars. Sources: the entries'
own documentation in org.apache.spark.internal.config and org.apache.spark.deploy.k8s.Config, and their use in the
feature steps of org.apache.spark.deploy.k8s.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from emr_eks_placement.facts.shipped import shipped


@dataclass(frozen=True)
class Effect:
    """The effect of a property: in the plan, irrelevant to a pod's place, size, number or start, or reported by a
    warning.

    why: what the plan uses of it, the reason, or the code of the warning.
    """

    how: Literal["modelled", "none", "warned"]
    why: str


# Not in 3.5: the version that added it (Spark 4.0 configuration).
SINCE_SPARK_4 = {f"spark.{role}.minMemoryOverhead": (4, 0, 0) for role in ("driver", "executor")}
_CHOICE = re.compile(r"\{([^{}]*)\}")


@cache
def effects() -> Mapping[str, Effect]:
    """Returns the effects by the name of an entry of Spark 3.5, or by the start of a family's names, which ends with a
    dot. The data has names as in a shell: {driver,executor} is one of both."""
    return {
        name: Effect(group["how"], group["why"])
        for group in shipped("spark_effects")
        for names in group["names"]
        for one in names.split()
        for name in _expanded(one)
    }


@cache
def names_that_matter() -> frozenset[str]:
    """Returns the names, and starts of names, that a plan reads or warns about."""
    return frozenset(name for name, one in effects().items() if one.how != "none") | set(SINCE_SPARK_4)


def effect_of(name: str) -> Effect | None:
    """Returns the effect of a property; None for one that Spark does not have or that does not affect pods."""
    known = effects()
    if name in known:
        return known[name]
    parts = name.split(".")
    families = (".".join(parts[:end]) + "." for end in range(len(parts) - 1, 1, -1))
    return next((known[family] for family in families if family in known), None)


def _expanded(name: str) -> Iterator[str]:
    choice = _CHOICE.search(name)
    if not choice:
        yield name
        return
    for one in choice[1].split(","):
        yield from _expanded(f"{name[: choice.start()]}{one}{name[choice.end() :]}")
