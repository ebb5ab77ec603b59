"""The recording Kubernetes API server."""

import ssl
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import trustme

from local.kubernetes.authentication import Authentication
from local.kubernetes.http_server import HOST, ApiHttpServer, RecordedRequest
from local.kubernetes.operations import AdmissionHook, CreationObserver, Operations
from local.kubernetes.resources import RequestTarget, resource_type_of
from local.kubernetes.status import ApiError, JsonObject
from local.kubernetes.store import ObjectKey, ObjectStore


class RecordingKubernetesApi:
    """An in-memory Kubernetes API server on HTTPS at 127.0.0.1 that records every request.

    It stores objects of any resource type and runs no controllers: nothing schedules, starts or collects pods.
    `admission` hooks see each object before it is created and return the object to store, or raise AdmissionRejection.
    `on_created` observers are called after an object is stored and before the client is answered; they may change
    objects by `update` and `put_status`.

    It answers programs that send `token` as their bearer token, or a token of EKS that is well formed and fresh and whose
    presigned URL `admits` accepts.

    Use it as a context manager, or by `start` and `stop`. `ca_pem` is the certificate of the CA its clients must trust.
    """

    def __init__(
        self,
        *,
        admission: Sequence[AdmissionHook] = (),
        on_created: Sequence[CreationObserver] = (),
        admits: Callable[[str], bool] = lambda _url: True,
        port: int = 0,
    ) -> None:
        self._port = port
        self._authentication = Authentication(admits)
        self._store = ObjectStore()
        self._operations = Operations(self._store, admission, on_created)
        self._requests: list[RecordedRequest] = []
        self._server: ApiHttpServer | None = None
        self._thread: threading.Thread | None = None
        authority = trustme.CA()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(HOST, "localhost").configure_cert(self._tls)
        self.ca_pem: bytes = authority.cert_pem.bytes()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Begins to serve; the objects of an earlier start are still there."""
        if self._server is not None:
            raise RuntimeError("the recording Kubernetes API is already started")
        self._server = ApiHttpServer(
            self._port, self._tls, self._store, self._operations, self._record, self._authentication
        )
        self._thread = threading.Thread(target=self._server.serve_forever, name="kubernetes-api", args=(0.05,))
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ends watches and connections and stops serving; does nothing if it is not started."""
        if self._server is not None and self._thread is not None:
            self._server.close()
            self._thread.join()
        self._server = self._thread = None

    @property
    def token(self) -> str:
        """The server's own bearer token."""
        return self._authentication.token

    @property
    def url(self) -> str:
        """The server's address, `https://127.0.0.1:<port>`, while it is started."""
        if self._server is None:
            raise RuntimeError("the recording Kubernetes API is not started")
        return f"https://{HOST}:{self._server.server_port}"

    @property
    def requests(self) -> list[RecordedRequest]:
        """The requests answered so far, in order."""
        with self._store.changed:
            return list(self._requests)

    def objects(self, resource: str, namespace: str | None = None) -> list[JsonObject]:
        """Copies of the objects of a resource (its plural name), of one namespace or of all, in order of creation."""

        def wanted(key: ObjectKey, _manifest: JsonObject) -> bool:
            return key.resource == resource and namespace in (None, key.namespace)

        return [manifest for _, manifest in self._store.select(wanted)]

    def create(self, manifest: JsonObject) -> JsonObject:
        """Creates an object of an announced kind, as a client would: admission hooks and observers see it.

        A namespaced object without `metadata.namespace` goes to `default`. ApiError for an object a client's POST would
        be refused for; ValueError for a kind the server does not announce.
        """
        resource_type = resource_type_of(manifest.get("apiVersion", ""), manifest.get("kind", ""))
        if resource_type is None:
            raise ValueError(f"no resource type for {manifest.get('apiVersion')} {manifest.get('kind')}")
        namespace = manifest.get("metadata", {}).get("namespace", "default") if resource_type.namespaced else None
        target = RequestTarget(resource_type.group, resource_type.version, resource_type.plural, namespace)
        return self._operations.create(target, manifest)

    def update(
        self, resource: str, name: str, namespace: str | None, change: Callable[[JsonObject], object]
    ) -> JsonObject:
        """Lets `change` modify an object in place, stores the result and returns it; ApiError 404 if there is none."""
        with self._store.changed:
            key = self._key(resource, name, namespace)
            manifest = self._store.get(key)
            change(manifest)
            return self._store.replace(key, manifest)

    def put_status(self, resource: str, name: str, namespace: str | None, status: JsonObject) -> JsonObject:
        """Replaces the status of an object and returns the object; ApiError 404 if there is none."""
        return self.update(resource, name, namespace, lambda manifest: manifest.update(status=status))

    def delete(self, resource: str, name: str, namespace: str | None) -> None:
        """Deletes an object; ApiError 404 if there is none."""
        with self._store.changed:
            self._store.remove(self._key(resource, name, namespace))

    def wait_until(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Waits until `condition` holds, looking again at every change and request; False after `timeout` seconds."""
        with self._store.changed:
            return self._store.changed.wait_for(condition, timeout)

    def clear(self) -> None:
        """Deletes all objects but the initial namespaces, and the record of requests."""
        with self._store.changed:
            self._store.clear()
            self._requests.clear()

    def _record(self, request: RecordedRequest) -> None:
        with self._store.changed:
            self._requests.append(request)
            self._store.changed.notify_all()

    def _key(self, resource: str, name: str, namespace: str | None) -> ObjectKey:
        def wanted(key: ObjectKey, _manifest: JsonObject) -> bool:
            return (key.resource, key.name, key.namespace) == (resource, name, namespace)

        found = self._store.select(wanted)
        if not found:
            raise ApiError(404, f'{resource} "{name}" not found in namespace {namespace}')
        return found[0][0]
