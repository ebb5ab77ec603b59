import http.client
import json
import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.kubernetes import (
    AdmissionRejection,
    AdmissionRequest,
    ApiError,
    CreatedObject,
    JsonObject,
    RecordedRequest,
    RecordingKubernetesApi,
)

PODS = "/api/v1/namespaces/default/pods"


class Client:
    """One HTTPS connection that trusts only the server's CA."""

    def __init__(self, api: RecordingKubernetesApi) -> None:
        context = ssl.create_default_context(cadata=api.ca_pem.decode())
        address = urlsplit(api.url)
        self._connection = http.client.HTTPSConnection(
            address.hostname or "", address.port, context=context, timeout=120
        )
        self._token = api.token

    def send(self, method: str, path: str, body: object = None, content_type: str = "application/json") -> Any:
        data = body if isinstance(body, str) else json.dumps(body) if body is not None else None
        headers = {"Authorization": f"Bearer {self._token}", **({"Content-Type": content_type} if data else {})}
        self._connection.request(method, path, data, headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def api() -> Iterator[RecordingKubernetesApi]:
    with RecordingKubernetesApi() as started:
        yield started


@pytest.fixture
def client(api: RecordingKubernetesApi) -> Iterator[Client]:
    started = Client(api)
    yield started
    started.close()


def pod(name: str = "driver", **labels: str) -> JsonObject:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels}, "spec": {"containers": []}}


def test_it_listens_on_loopback_with_a_certificate_of_its_own_ca(api: RecordingKubernetesApi) -> None:
    assert urlsplit(api.url).hostname == "127.0.0.1"
    address = urlsplit(api.url)
    stranger = http.client.HTTPSConnection("127.0.0.1", address.port, context=ssl.create_default_context(), timeout=120)
    with pytest.raises(ssl.SSLCertVerificationError):
        stranger.request("GET", "/version")
    stranger.close()


def test_an_object_lives_from_post_to_delete(client: Client) -> None:
    code, created = client.send("POST", PODS, pod())
    assert (code, created["metadata"]["namespace"], created["status"]["phase"]) == (201, "default", "Pending")
    created["metadata"]["labels"] = {"role": "driver"}
    assert client.send("PUT", f"{PODS}/driver", created)[0] == 200
    code, found = client.send("GET", f"{PODS}/driver")
    assert (code, found["metadata"]["labels"]) == (200, {"role": "driver"})
    code, status = client.send("DELETE", f"{PODS}/driver")
    assert (code, status["details"]["uid"]) == (200, created["metadata"]["uid"])
    code, status = client.send("GET", f"{PODS}/driver")
    assert (code, status["reason"], status["message"]) == (404, "NotFound", 'pods "driver" not found')


def test_lists_and_collection_deletes_follow_the_selectors(client: Client) -> None:
    for name, role in (("driver", "driver"), ("exec-1", "executor"), ("exec-2", "executor")):
        client.send("POST", PODS, pod(name, role=role))
    _, pods = client.send("GET", "/api/v1/pods?labelSelector=role%3Dexecutor&fieldSelector=metadata.name%3Dexec-2")
    assert (pods["kind"], [item["metadata"]["name"] for item in pods["items"]]) == ("PodList", ["exec-2"])
    assert client.send("DELETE", f"{PODS}?labelSelector=role%3Dexecutor")[0] == 200
    _, pods = client.send("GET", PODS)
    assert [item["metadata"]["name"] for item in pods["items"]] == ["driver"]


def test_resource_types_the_server_does_not_know_are_stored_too(api: RecordingKubernetesApi, client: Client) -> None:
    path = "/apis/sparkoperator.k8s.io/v1beta2/namespaces/default/sparkapplications"
    assert client.send("POST", path, {"metadata": {"generateName": "job-"}})[0] == 201
    (stored,) = api.objects("sparkapplications")
    assert stored["apiVersion"] == "sparkoperator.k8s.io/v1beta2"
    assert stored["metadata"]["name"].startswith("job-")


@pytest.mark.parametrize(
    ("group_version", "path"),
    [
        ("api/v1", "/api/v1/namespaces/{name}"),
        (
            "apis/rbac.authorization.k8s.io/v1",
            "/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles/{name}",
        ),
    ],
)
def test_discovery_leads_kubectl_to_the_validation_by_the_server(client: Client, group_version: str, path: str) -> None:
    _, index = client.send("GET", "/openapi/v3?timeout=32s")
    _, document = client.send("GET", index["paths"][group_version]["serverRelativeURL"])
    assert [one["name"] for one in document["paths"][path]["patch"]["parameters"]] == ["fieldValidation"]
    _, resources = client.send("GET", f"/{group_version}")
    assert path.split("/")[-2] in [one["name"] for one in resources["resources"]]


@pytest.mark.parametrize(
    ("method", "path", "body", "code", "message"),
    [
        ("POST", "/api/v1/namespaces/nowhere/pods", pod(), 404, 'namespaces "nowhere" not found'),
        ("POST", PODS, {"metadata": {}}, 422, "name or generateName is required"),
        ("POST", PODS, pod("Not_A_Name"), 422, "not an RFC 1123 subdomain"),
        ("POST", PODS, {"metadata": {"name": "a", "namespace": "b"}}, 400, "does not match the namespace"),
        ("POST", PODS, [], 400, "not an object in JSON or YAML"),
        ("POST", f"{PODS}/driver", pod(), 405, "POST goes to a collection"),
        ("PUT", PODS, pod(), 405, "PUT goes to one object"),
        ("POST", f"{PODS}?dryRun=All", pod(), 400, "does not support dryRun"),
        ("GET", f"{PODS}/driver/log", None, 404, "no subresource 'log'"),
        ("GET", "/nothing", None, 404, "the server has nothing at /nothing"),
        ("GET", f"{PODS}?labelSelector=a%3Db%3Dc", None, 400, "unable to parse requirement"),
        ("GET", f"{PODS}?watch=true&resourceVersion=abc", None, 400, "resourceVersion: Invalid value"),
    ],
)
def test_refusals(client: Client, method: str, path: str, body: object, code: int, message: str) -> None:
    answered, status = client.send(method, path, body)
    assert (answered, status["kind"], status["status"]) == (code, "Status", "Failure")
    assert message in status["message"]


@pytest.mark.parametrize(
    "content_type", ["application/merge-patch+json", "application/strategic-merge-patch+json; charset=utf-8"]
)
def test_patch(client: Client, content_type: str) -> None:
    client.send("POST", PODS, pod(role="driver"))
    code, patched = client.send("PATCH", f"{PODS}/driver", {"metadata": {"labels": {"zone": "a"}}}, content_type)
    assert (code, patched["metadata"]["labels"]) == (200, {"role": "driver", "zone": "a"})


def test_server_side_apply_creates_changes_and_prunes(client: Client) -> None:
    path = "/api/v1/namespaces/default/configmaps/conf?fieldManager=spark&force=true"
    apply = "application/apply-patch+yaml"
    code, created = client.send("PATCH", path, "data: {a: '1', b: '2'}", apply)
    assert (code, created["kind"], created["metadata"]["name"]) == (201, "ConfigMap", "conf")
    code, changed = client.send("PATCH", path, "data: {b: '3'}", apply)
    assert (code, changed["data"]) == (200, {"b": "3"})
    _, other = client.send("PATCH", path.replace("spark", "other"), "data: {c: '4'}", apply)
    assert other["data"] == {"b": "3", "c": "4"}


def test_json_patch_and_protobuf_are_refused_clearly(client: Client) -> None:
    client.send("POST", PODS, pod())
    code, status = client.send("PATCH", f"{PODS}/driver", [], "application/json-patch+json")
    assert (code, "'application/json-patch+json' is not supported" in status["message"]) == (415, True)
    code, status = client.send("POST", PODS, "k8s", "application/vnd.kubernetes.protobuf")
    assert (code, "protobuf is not supported" in status["message"]) == (415, True)


def test_the_status_subresource_changes_only_the_status(client: Client) -> None:
    client.send("POST", PODS, pod())
    patch = {"status": {"phase": "Running"}, "spec": {"nodeName": "sneaked-in"}}
    _, changed = client.send("PATCH", f"{PODS}/driver/status", patch, "application/merge-patch+json")
    assert (changed["status"]["phase"], changed["spec"]) == ("Running", {"containers": []})
    _, unchanged = client.send("PATCH", f"{PODS}/driver", {"status": {"phase": "Lost"}}, "application/merge-patch+json")
    assert unchanged["status"]["phase"] == "Running"


def test_every_request_is_recorded_with_its_outcome(api: RecordingKubernetesApi, client: Client) -> None:
    client.send("POST", f"{PODS}?fieldManager=me", pod())
    client.send("GET", f"{PODS}/other")
    client.send("GET", "/api/v1")
    assert api.requests == [
        RecordedRequest("POST", f"{PODS}?fieldManager=me", "application/json", pod(), 201),
        RecordedRequest("GET", f"{PODS}/other", "", None, 404, 'pods "other" not found'),
        RecordedRequest("GET", "/api/v1", "", None, 200),
    ]
    api.clear()
    assert (api.requests, api.objects("pods")) == ([], [])


def label(request: AdmissionRequest) -> JsonObject:
    request.object["metadata"]["labels"]["admitted"] = f"{request.namespace}.{request.resource}"
    return request.object


def reject_forbidden(request: AdmissionRequest) -> JsonObject:
    if request.object["metadata"]["name"] == "forbidden":
        raise AdmissionRejection("no such pods here")
    return request.object


def test_admission_hooks_change_or_reject_and_observers_see_what_was_stored() -> None:
    seen: list[CreatedObject] = []

    def bind(created: CreatedObject) -> None:
        seen.append(created)
        server.update("pods", created.name, created.namespace, lambda found: found["spec"].update(nodeName="node-1"))

    with RecordingKubernetesApi(admission=[label, reject_forbidden], on_created=[bind]) as server:
        client = Client(server)
        code, created = client.send("POST", PODS, pod())
        refused, status = client.send("POST", PODS, pod("forbidden"))
        client.close()
    assert (code, created["spec"]["nodeName"]) == (201, "node-1")
    assert (refused, status["reason"], status["message"]) == (403, "Forbidden", "no such pods here")
    assert [one.object["metadata"]["labels"] for one in seen] == [{"admitted": "default.pods"}]
    assert [one["metadata"]["name"] for one in server.objects("pods")] == ["driver"]


def test_a_hook_that_fails_is_an_internal_error_of_the_request(caplog: pytest.LogCaptureFixture) -> None:
    def fail(request: AdmissionRequest) -> JsonObject:
        raise ZeroDivisionError(request.resource)

    with RecordingKubernetesApi(admission=[fail]) as api:
        client = Client(api)
        code, status = client.send("POST", PODS, pod())
        client.close()
    assert (code, status["message"]) == (500, "ZeroDivisionError: pods")
    assert "POST" in caplog.text


def test_in_process_changes(api: RecordingKubernetesApi) -> None:
    api.create(pod())
    assert api.put_status("pods", "driver", "default", {"phase": "Running"})["status"] == {"phase": "Running"}
    assert api.objects("pods", "default")[0]["status"] == {"phase": "Running"}
    assert api.objects("pods", "kube-system") == []
    with pytest.raises(ApiError, match='pods "other" not found in namespace default'):
        api.put_status("pods", "other", "default", {})
    with pytest.raises(ValueError, match="no resource type for v1 Pot"):
        api.create({"apiVersion": "v1", "kind": "Pot"})


def test_an_admission_rejection_is_forbidden_or_a_bad_request() -> None:
    assert AdmissionRejection("no", code=400).status()["reason"] == "BadRequest"
    with pytest.raises(ValueError, match="400 or 403, not 500"):
        AdmissionRejection("no", code=500)


def test_it_can_stop_with_an_idle_client_and_start_again() -> None:
    api = RecordingKubernetesApi().start()
    client = Client(api)
    client.send("POST", PODS, pod())
    with pytest.raises(RuntimeError, match="already started"):
        api.start()
    api.stop()
    client.close()
    with pytest.raises(RuntimeError, match="not started"):
        _ = api.url
    with api:
        assert len(api.objects("pods")) == 1
    api.stop()
