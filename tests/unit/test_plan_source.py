"""Which cluster and namespace a request is planned for."""

from typing import Any

import pytest

from emr_eks_placement.common.errors import InputError
from emr_eks_placement.runs.account import Account
from emr_eks_placement.runs.source import CapacitySource
from emr_eks_placement.scheduling.capacity import Capacity
from tests.unit.planned import capacity


def source(
    *namespaces: dict[str, str], virtual_cluster: str | None = None, namespace: str | None = None
) -> CapacitySource:
    """Of a cluster for each of the mappings of virtual clusters to namespaces."""
    capacities: dict[str, Capacity] = {
        f"cluster{number}": capacity(namespaces=some) for number, some in enumerate(namespaces)
    }
    return CapacitySource(Account(), capacities, virtual_cluster=virtual_cluster, namespace=namespace)


ONE = {"spark": "jobs", "0a1b": "jobs"}  # as a live cluster's: by name and by id
TWO = {"spark": "jobs", "science": "models"}
CHOSEN: dict[str, tuple[CapacitySource, dict[str, Any], str]] = {
    "the only namespace, whatever the request has": (source(ONE), {"virtualClusterId": "<id>"}, "jobs"),
    "the only namespace, of a request that names none": (source(ONE), {}, "jobs"),
    "by the request": (source(TWO), {"virtualClusterId": "science"}, "models"),
    "by the request, in the second cluster": (source(ONE, {"dev": "models"}), {"virtualClusterId": "dev"}, "models"),
    "by option, over the request": (source(TWO, virtual_cluster="spark"), {"virtualClusterId": "science"}, "jobs"),
    "by the placeholder that define writes": (
        source(TWO), {"virtualClusterId": "<virtual-cluster-id of science>"}, "models",
    ),
    "by the placeholder of another environment, in the only namespace": (
        source(ONE), {"virtualClusterId": "<virtual-cluster-id of science>"}, "jobs",
    ),
    "a namespace that is set": (source(ONE, namespace="other"), {}, "other"),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "request_", "namespace"), CHOSEN.values(), ids=CHOSEN.keys())
def test_a_request_runs_where_an_option_or_the_request_sets_or_in_the_only_place(
    asked: CapacitySource, request_: dict[str, Any], namespace: str
) -> None:
    assert asked.place(request_)[1] == namespace


REFUSED = {
    "several namespaces": (
        source(TWO),
        "--virtual-cluster: the request does not name one of the virtual clusters: science, spark",
    ),
    "one namespace in two clusters": (
        source(ONE, {"dev": "jobs"}),
        "--virtual-cluster: the request does not name one of the virtual clusters: 0a1b, dev, spark",
    ),
    "an option that names none": (
        source(ONE, virtual_cluster="dev"),
        "--virtual-cluster: 'dev': the virtual clusters are",
    ),
    "no virtual clusters": (source({}), "--namespace: there is no virtual cluster with"),
    "a namespace in two clusters": (source(ONE, ONE, namespace="jobs"), "--namespace: 'jobs': a namespace alone"),
}


@pytest.mark.parametrize(("asked", "line"), REFUSED.values(), ids=REFUSED.keys())
def test_a_request_that_could_run_in_several_places_or_in_none_is_refused(asked: CapacitySource, line: str) -> None:
    with pytest.raises(InputError) as refused:
        asked.place({})
    (found,) = refused.value.findings
    assert str(found).startswith(line)
