import pytest

from local.kubernetes.status import ApiError, JsonObject
from local.kubernetes.store import ObjectKey, ObjectStore, StoreEvent

POD = ObjectKey("", "pods", "default", "driver")
NAMESPACE = ObjectKey("", "namespaces", None, "jobs")


def namespaces(store: ObjectStore) -> list[str]:
    return [key.name for key, _ in store.select(lambda key, _: key.resource == "namespaces")]


def test_the_initial_namespaces_exist() -> None:
    assert namespaces(ObjectStore()) == ["default", "kube-system"]


def test_a_new_object_gets_uid_time_namespace_and_version() -> None:
    store = ObjectStore()
    stored = store.insert(POD, {"metadata": {"uid": "chosen by the client"}})
    assert stored["metadata"]["uid"] != "chosen by the client"
    assert stored["metadata"]["namespace"] == "default"
    assert stored["metadata"]["resourceVersion"] == str(store.resource_version)
    assert stored["metadata"]["creationTimestamp"].endswith("Z")
    assert store.get(POD) == stored


def test_objects_go_in_and_come_out_as_copies() -> None:
    store = ObjectStore()
    manifest: JsonObject = {"spec": {"nodeName": "a"}}
    store.insert(POD, manifest)
    manifest["spec"]["nodeName"] = "b"
    store.get(POD)["spec"]["nodeName"] = "c"
    assert store.get(POD)["spec"] == {"nodeName": "a"}


def test_an_object_needs_its_namespace() -> None:
    store = ObjectStore()
    with pytest.raises(ApiError, match=r'^namespaces "jobs" not found$') as raised:
        store.insert(POD._replace(namespace="jobs"), {})
    assert raised.value.code == 404


def test_an_object_exists_once() -> None:
    store = ObjectStore()
    store.insert(POD, {})
    with pytest.raises(ApiError, match='pods "driver" already exists') as raised:
        store.insert(POD, {})
    assert (raised.value.code, raised.value.reason) == (409, "AlreadyExists")


def test_replacing_a_state_that_has_changed_is_a_conflict() -> None:
    store = ObjectStore()
    old = store.insert(POD, {})
    store.replace(POD, {"metadata": {}, "spec": {}})
    with pytest.raises(ApiError, match="the object has been modified") as raised:
        store.replace(POD, old)
    assert (raised.value.code, raised.value.reason) == (409, "Conflict")


def test_deleting_a_namespace_deletes_what_is_in_it() -> None:
    store = ObjectStore()
    store.insert(NAMESPACE, {})
    inside, outside = POD._replace(namespace="jobs"), POD
    store.insert(inside, {})
    store.insert(outside, {})
    store.remove(NAMESPACE)
    assert store.find(inside) is None
    assert store.find(outside) is not None


@pytest.mark.parametrize("verb", ["get", "remove"])
def test_what_does_not_exist_is_not_found(verb: str) -> None:
    key = ObjectKey("rbac.authorization.k8s.io", "roles", "default", "x")
    with pytest.raises(ApiError, match=r'^roles\.rbac\.authorization\.k8s\.io "x" not found$'):
        getattr(ObjectStore(), verb)(key)


def test_a_subscription_replays_the_changes_since_a_version_and_then_follows() -> None:
    store = ObjectStore()
    store.insert(POD, {})
    since = store.resource_version
    store.replace(POD, {"metadata": {}})
    events: list[StoreEvent] = []
    store.subscribe(events.append, since)
    store.remove(POD)
    assert [event.type for event in events] == ["MODIFIED", "DELETED"]
    store.unsubscribe(events.append)
    store.insert(POD, {})
    assert len(events) == 2


def test_clear_keeps_the_initial_namespaces_and_forgets_history() -> None:
    store = ObjectStore()
    version = store.resource_version
    store.insert(NAMESPACE, {})
    store.clear()
    assert namespaces(store) == ["default", "kube-system"]
    with pytest.raises(ApiError, match="too old resource version") as raised:
        store.subscribe(lambda event: None, since=version)  # noqa: ARG005
    assert raised.value.code == 410
