"""The parts of a live cluster in its Kubernetes API, read from the recording one and from servers on a bad day."""

import base64
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme

from emr_eks_placement.aws import kubernetes
from emr_eks_placement.aws.cluster import read_cluster
from emr_eks_placement.aws.kubernetes import KubernetesApi, NotReadError
from emr_eks_placement.scheduling.capacity import Capacity, NodePoolCapacity
from emr_eks_placement.scheduling.namespace_rules import Limits, NamespaceRules
from local.aws.ministack import state
from local.kubernetes import RecordingKubernetesApi
from tests.local.aws_fixtures import AwsUnderTest
from tests.local.reading import Account, Answer, answering, pem, tls_of
from tests.unit.test_assembly_namespaces import GIB, container, limits, namespace, of_limits, of_quota, quota
from tests.unit.test_assembly_node_pools import node_pool, requirement

POOLS, CLASSES = "/apis/karpenter.sh/v1/nodepools", "/apis/eks.amazonaws.com/v1/nodeclasses"
UNREAD_POOLS = "EKS Auto Mode also creates nodes, by node pools that were not read"
Data = dict[str, Any]


@pytest.fixture
def api() -> Iterator[RecordingKubernetesApi]:
    with RecordingKubernetesApi() as started:
        yield started


@pytest.fixture
def spark(aws: AwsUnderTest, cluster: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Data]:
    """The shared cluster's record, with EKS Auto Mode and a virtual cluster of namespace spark."""
    assert cluster
    record = state.cluster("spark")
    assert record is not None
    monkeypatch.setitem(record, "computeConfig", {"enabled": True})
    emr = aws.client("emr-containers")
    provider = {"id": "spark", "type": "EKS", "info": {"eksInfo": {"namespace": "spark"}}}
    made = emr.create_virtual_cluster(name="team", containerProvider=provider, clientToken=str(uuid.uuid4()))
    yield record
    emr.delete_virtual_cluster(id=made["id"])


Read = Callable[[str, bytes], Capacity]


@pytest.fixture
def read(account: Account, spark: Data, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Reads the cluster with its Kubernetes API at an endpoint, trusted by a CA."""

    def read_at(endpoint: str, ca_pem: bytes) -> Capacity:
        monkeypatch.setitem(spark, "endpoint", endpoint)
        monkeypatch.setitem(spark, "certificateAuthority", {"data": base64.b64encode(ca_pem).decode()})
        return read_cluster(account.session(), "spark")

    return read_at


def node_class(*terms: Data) -> Data:
    spec = {"role": "nodes", "subnetSelectorTerms": list(terms), "ephemeralStorage": {"size": "200Gi"}}
    return {"apiVersion": "eks.amazonaws.com/v1", "kind": "NodeClass", "metadata": {"name": "spark"}, "spec": spec}


def test_node_pools_and_namespace_rules(api: RecordingKubernetesApi, read: Read, cluster: dict[str, str]) -> None:
    types = requirement("node.kubernetes.io/instance-type", "m6i.4xlarge")
    api.create(node_class({"id": cluster["Public"]}))
    api.create(node_pool(types, limits={"cpu": "320"}))
    api.create(namespace("baseline"))
    api.create(quota(pods="20", requests_memory="64Gi"))
    api.create(limits(container("16Gi")))
    found = read(api.url, api.ca_pem)
    pool = found.node_pools["burst"]
    assert isinstance(pool, NodePoolCapacity)
    assert ([one.name for one in pool.machines], pool.zones) == (["m6i.4xlarge"], ("us-east-1b",))
    assert (pool.max_vcpus, pool.disk_gib) == (320, 200)
    memory = {"memory": 16 * GIB}
    assert found.namespace_rules == {
        "spark": of_quota({"pods": 20_000, "requests.memory": 64 * GIB})
        & of_limits(Limits(type="Container", max=memory, default=memory, default_request=memory))
        & NamespaceRules(pod_security="baseline")
    }
    assert (found.other_nodes, found.not_read) == ("", ())


def test_only_lists_and_namespaces_of_virtual_clusters_are_asked_for(api: RecordingKubernetesApi, read: Read) -> None:
    assert read(api.url, api.ca_pem).not_read == ()
    own = "/api/v1/namespaces/spark"
    asked = [(one.method, one.path.partition("?")[0]) for one in api.requests]
    assert asked == [("GET", path) for path in (POOLS, own, f"{own}/resourcequotas", f"{own}/limitranges")]


def test_what_is_not_there_is_nothing(api: RecordingKubernetesApi, read: Read) -> None:
    found = read(api.url, api.ca_pem)
    assert (found.node_pools, found.namespace_rules, found.other_nodes, found.not_read) == ({}, {}, "", ())


def test_zones_of_a_node_class(api: RecordingKubernetesApi, read: Read, cluster: dict[str, str]) -> None:
    api.create(node_class({"tags": {"use": "spark"}}))
    api.create(node_pool())
    assert read(api.url, api.ca_pem).node_pools["burst"].zones == ("us-east-1a", "us-east-1b"), "the cluster's"
    api.update("nodeclasses", "spark", None, lambda one: one.update(node_class({"id": "subnet-gone"})))
    assert read(api.url, api.ca_pem).node_pools["burst"].zones == ("unknown",)
    assert cluster


def test_pools_that_are_not_understood_are_other_nodes(api: RecordingKubernetesApi, read: Read) -> None:
    for name, pool in {
        "odd": node_pool(requirement("eks.amazonaws.com/instance-accelerator-name", "h100")),
        "broken": node_pool(limits={"cpu": "lots"}),
        "own": node_pool(group="karpenter.k8s.aws"),
    }.items():
        api.create({**pool, "metadata": {"name": name}})
    found = read(api.url, api.ca_pem)
    assert (found.node_pools, found.not_read) == ({}, ())
    odd, broken, karpenter = found.other_nodes.split("; ")
    assert odd.startswith("node pool odd also creates nodes, by requirements that are not read: ")
    assert broken.startswith("node pool broken also creates nodes, and was not read: spec.limits.cpu: ")
    assert karpenter == "Karpenter also creates nodes"


def test_every_page_is_read(api: RecordingKubernetesApi, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kubernetes, "_PAGE", 2)
    for number in range(5):
        api.create({**node_pool(), "metadata": {"name": f"pool-{number}"}})
    assert set(read(api.url, api.ca_pem).node_pools) == {f"pool-{number}" for number in range(5)}
    assert sum(one.path.startswith(POOLS) for one in api.requests) == 3


def test_managed_instances_are_of_the_pools(account: Account, spark: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = (
        "<item><instanceId>i-1</instanceId><operator><managed>true</managed></operator><tagSet><item>"
        "<key>kubernetes.io/cluster/spark</key><value>owned</value></item></tagSet></item>"
    )
    reservations = f"<reservationSet><item><instancesSet>{instance}</instancesSet></item></reservationSet>"
    subnets = "".join(
        f"<item><subnetId>{one}</subnetId><availabilityZone>us-east-1a</availabilityZone></item>"
        for one in spark["resourcesVpcConfig"]["subnetIds"]
    )
    body = f"<R>{reservations}<subnetSet>{subnets}</subnetSet></R>"
    with answering(lambda _request: Answer(200, body)) as ec2:
        monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", ec2.url)
        assert read_cluster(account.session(), "spark").other_nodes == UNREAD_POOLS


def test_a_pool_that_is_being_deleted_makes_no_nodes(api: RecordingKubernetesApi, read: Read) -> None:
    api.create(node_pool())
    going = {"name": "burst", "deletionTimestamp": "2026-01-01T00:00:00Z"}
    api.update("nodepools", "burst", None, lambda one: one["metadata"].update(going))
    found = read(api.url, api.ca_pem)
    assert (found.node_pools, found.other_nodes) == ({}, "")


def test_who_is_not_let_in(api: RecordingKubernetesApi, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kubernetes, "_CLUSTER_HEADER", "x-other")
    found = read(api.url, api.ca_pem)
    assert found.other_nodes == UNREAD_POOLS
    assert found.not_read == (f"its Kubernetes API was not read: GET {POOLS} was answered 401 Unauthorized",)
    assert len(api.requests) == 1, "none of the others would be answered"


# A bad day


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


Answered = Callable[[Callable[[str], Answer | None]], Capacity]


@pytest.fixture
def answered(read: Read, authority: trustme.CA) -> Answered:
    """Reads the cluster with a Kubernetes API that answers so."""

    def read_answers(answer: Callable[[str], Answer | None]) -> Capacity:
        with answering(answer, tls_of(authority)) as server:
            return read(server.url, authority.cert_pem.bytes())

    return read_answers


def listed(kind: str, *items: Any, version: str = "v1") -> Answer:
    return Answer(200, json.dumps({"kind": f"{kind}List", "apiVersion": version, "metadata": {}, "items": items}))


def test_items_have_the_kind_of_their_list(answered: Answered) -> None:
    """Kubernetes leaves kind and apiVersion out of the items of lists of its own kinds."""

    def answer(request: str) -> Answer:
        if "/resourcequotas" in request:
            one = {key: value for key, value in quota(pods="5").items() if key != "kind"}
            return listed("ResourceQuota", {**one, "status": {"used": {"pods": "3"}}})
        return Answer(404, "{}")

    found = answered(answer).namespace_rules
    assert found == {"spark": of_quota({"pods": 5000})}
    assert found["spark"].quotas[0].used == {"pods": 3000}


def test_a_denied_read_is_reported_and_the_rest_is_read(answered: Answered) -> None:
    def answer(request: str) -> Answer:
        if "/namespaces/spark " in request:
            return Answer(200, json.dumps(namespace("baseline")))
        return Answer(403, "{}") if POOLS in request else Answer(404, "{}")

    found = answered(answer)
    assert found.not_read == (f"its node pools were not read: GET {POOLS} was answered 403 Forbidden",)
    assert found.other_nodes == UNREAD_POOLS
    assert found.namespace_rules == {"spark": NamespaceRules(pod_security="baseline")}


def test_denied_namespace(answered: Answered) -> None:
    found = answered(lambda request: listed("NodePool") if POOLS in request else Answer(403, "{}"))
    assert found.not_read == (
        "what is allowed in namespace spark was not read: GET /api/v1/namespaces/spark was answered 403 Forbidden",
    )
    assert (found.node_pools, found.other_nodes) == ({}, "")


MALFORMED = {
    "no JSON": Answer(200, "<!doctype html><br>a proxy's page"),
    "no UTF-8": Answer(200, "\udc80".encode("utf-8", "surrogateescape").decode("latin-1")),
    "a list": Answer(200, "[]"),
    "an empty mapping": Answer(200, "{}"),
    "items that are no list": Answer(200, '{"kind": "NodePoolList", "items": 3}'),
    "items that are no mappings": Answer(200, '{"kind": "NodePoolList", "items": [3]}'),
    "no list": Answer(200, json.dumps(node_pool())),
    "nested deeply": Answer(200, "[" * 100_000),
    "deep items": Answer(200, '{"kind": "NodePoolList", "items": [{"a": ' + "[" * 500 + "]" * 500 + "}]}"),
}


@pytest.mark.parametrize("answer", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed(answered: Answered, answer: Answer) -> None:
    found = answered(lambda request: answer if POOLS in request else Answer(404, "{}"))
    assert found.not_read == (f"its node pools were not read: the answer to GET {POOLS} is not a Kubernetes response",)
    assert found.other_nodes == UNREAD_POOLS


def test_malformed_objects(answered: Answered) -> None:
    wrong = {"metadata": {"name": "spark"}, "spec": {"template": 3}}
    found = answered(
        lambda request: listed("NodePool", wrong, version="karpenter.sh/v1") if POOLS in request else Answer(404, "{}")
    )
    assert found.not_read == ("its node pools were not read: spec.template: must be a mapping",)


def test_unreachable(read: Read, authority: trustme.CA, spark: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(lambda _request: None) as server:
        url = server.url.replace("http:", "https:")
    monkeypatch.setitem(spark["resourcesVpcConfig"], "endpointPublicAccess", False)
    found = read(url, authority.cert_pem.bytes())
    host = url.removeprefix("https://")
    why = f"private endpoint {host} can't be reached (ConnectionRefusedError)"
    assert found.not_read == (f"its Kubernetes API was not read: {why}",)
    assert found.other_nodes == UNREAD_POOLS


def test_another_authority(api: RecordingKubernetesApi, read: Read, authority: trustme.CA) -> None:
    (why,) = read(api.url, authority.cert_pem.bytes()).not_read
    assert why.endswith("can't be reached (SSLCertVerificationError)")
    assert api.requests == []
    for wrong in (b"no certificate", b"\xff", b" "):
        assert read(api.url, wrong).not_read == (
            "its Kubernetes API was not read: its certificate authority is no certificate",
        )


def test_no_endpoint(read: Read) -> None:
    assert read("", b"").not_read == ("its Kubernetes API was not read: EKS names no endpoint of it",)


@pytest.mark.parametrize(
    ("answer", "why"),
    [(None, "did not answer in time"), (Answer(status=None), "closed the connection")],
    ids=["late", "closed"],
)
def test_no_answer(authority: trustme.CA, answer: Answer | None, why: str) -> None:
    with (
        answering(lambda _request: answer, tls_of(authority)) as server,
        pytest.raises(NotReadError, match=why) as told,
    ):
        KubernetesApi(server.url, pem(authority), "token", seconds=0.2).list(POOLS)
    assert told.value.is_final
