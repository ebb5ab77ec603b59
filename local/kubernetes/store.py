"""The objects of the recording API server: versioned, with an event history for watches."""

import copy
import datetime
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from local.kubernetes.resources import CORE_GROUP
from local.kubernetes.status import ApiError, JsonObject

EventType = Literal["ADDED", "MODIFIED", "DELETED"]
INITIAL_NAMESPACES = ("default", "kube-system")


class ObjectKey(NamedTuple):
    """Identifies one object; `namespace` is None for a cluster-scoped one."""

    group: str
    resource: str
    namespace: str | None
    name: str


@dataclass(frozen=True)
class StoreEvent:
    """One change: `object` after it (before it, for a deletion) and `previous` before it."""

    type: EventType
    key: ObjectKey
    object: JsonObject
    previous: JsonObject | None
    resource_version: int


Listener = Callable[[StoreEvent], None]


class ObjectStore:
    """Thread-safe objects by key. Objects go in and come out as copies.

    `changed` is the store's lock and is notified after every change.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self._objects: dict[ObjectKey, JsonObject] = {}
        self._resource_version = 1
        self._history: list[StoreEvent] = []
        self._history_start = 1
        self._listeners: list[Listener] = []
        self._create_initial_namespaces()

    @property
    def resource_version(self) -> int:
        """The version of the newest change."""
        with self.changed:
            return self._resource_version

    def find(self, key: ObjectKey) -> JsonObject | None:
        """Returns the object, or None."""
        with self.changed:
            return copy.deepcopy(self._objects.get(key))

    def get(self, key: ObjectKey) -> JsonObject:
        """Returns the object; ApiError 404 if there is none."""
        found = self.find(key)
        if found is None:
            raise not_found(key)
        return found

    def select(self, matches: Callable[[ObjectKey, JsonObject], bool]) -> list[tuple[ObjectKey, JsonObject]]:
        """Returns the objects for which `matches` is true, in order of creation."""
        with self.changed:
            return [(key, copy.deepcopy(found)) for key, found in self._objects.items() if matches(key, found)]

    def insert(self, key: ObjectKey, manifest: JsonObject) -> JsonObject:
        """Stores a new object with uid and creation time; ApiError 404 without its namespace, 409 if it exists."""
        with self.changed:
            self.require_namespace(key.namespace)
            if key in self._objects:
                raise ApiError(409, f'{_qualified(key)} "{key.name}" already exists', details=_details(key))
            stored = copy.deepcopy(manifest)
            metadata = stored.setdefault("metadata", {})
            metadata["uid"] = str(uuid.uuid4())
            metadata["creationTimestamp"] = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            return self._write("ADDED", key, stored)

    def replace(self, key: ObjectKey, manifest: JsonObject) -> JsonObject:
        """Stores a new state of an existing object; ApiError 404 if it does not exist, 409 if it has changed in
        between.

        The manifest's `metadata.resourceVersion`, if it has one, must be the stored one.
        """
        with self.changed:
            current = self.get(key)
            stored = copy.deepcopy(manifest)
            metadata = stored.setdefault("metadata", {})
            if metadata.get("resourceVersion") not in (None, "", current["metadata"]["resourceVersion"]):
                message = (
                    f'Operation cannot be fulfilled on {_qualified(key)} "{key.name}": the object has been modified'
                )
                raise ApiError(409, message, reason="Conflict", details=_details(key))
            for field in ("uid", "creationTimestamp"):
                metadata[field] = current["metadata"][field]
            return self._write("MODIFIED", key, stored)

    def remove(self, key: ObjectKey) -> JsonObject:
        """Deletes an object, and with a namespace everything in it; ApiError 404 if there is none."""
        with self.changed:
            if key not in self._objects:
                raise not_found(key)
            if (key.group, key.resource) == (CORE_GROUP, "namespaces"):
                for inner in [other for other in self._objects if other.namespace == key.name]:
                    self._delete(inner)
            return self._delete(key)

    def require_namespace(self, namespace: str | None) -> None:
        """ApiError 404 if the namespace does not exist; None, for cluster-scoped objects, always passes."""
        with self.changed:
            if namespace is not None and _namespace_key(namespace) not in self._objects:
                raise not_found(_namespace_key(namespace))

    def clear(self) -> None:
        """Deletes every object but the initial namespaces, and forgets the event history."""
        with self.changed:
            for key in list(self._objects):
                self._delete(key)
            self._create_initial_namespaces()
            self._history.clear()
            self._history_start = self._resource_version

    def subscribe(self, listener: Listener, since: int | None = None) -> None:
        """Calls `listener` for every change from now on, first replaying those after version `since`.

        Listeners are called with the lock held, so they must not block. ApiError 410 if `since` is before the history.
        """
        with self.changed:
            if since is not None:
                if since < self._history_start:
                    raise ApiError(410, f"too old resource version: {since} ({self._history_start})")
                for event in self._history:
                    if event.resource_version > since:
                        listener(event)
            self._listeners.append(listener)

    def unsubscribe(self, listener: Listener) -> None:
        """Ends a subscription."""
        with self.changed:
            self._listeners.remove(listener)

    def _write(self, event_type: EventType, key: ObjectKey, stored: JsonObject) -> JsonObject:
        previous = self._objects.get(key)
        self._resource_version += 1
        metadata = stored["metadata"]
        metadata["name"] = key.name
        metadata["resourceVersion"] = str(self._resource_version)
        if key.namespace is not None:
            metadata["namespace"] = key.namespace
        self._objects[key] = stored
        self._publish(event_type, key, stored, previous)
        return copy.deepcopy(stored)

    def _delete(self, key: ObjectKey) -> JsonObject:
        removed = self._objects.pop(key)
        self._resource_version += 1
        last_state = copy.deepcopy(removed)
        last_state["metadata"]["resourceVersion"] = str(self._resource_version)
        self._publish("DELETED", key, last_state, removed)
        return removed

    def _publish(
        self, event_type: EventType, key: ObjectKey, manifest: JsonObject, previous: JsonObject | None
    ) -> None:
        event = StoreEvent(event_type, key, manifest, previous, self._resource_version)
        self._history.append(event)
        for listener in list(self._listeners):
            listener(event)
        self.changed.notify_all()

    def _create_initial_namespaces(self) -> None:
        for name in INITIAL_NAMESPACES:
            namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            self.insert(_namespace_key(name), with_defaults("namespaces", name, namespace))


def with_defaults(resource: str, name: str, manifest: JsonObject) -> JsonObject:
    """Returns the manifest with the defaults an API server sets on a new namespace or pod."""
    completed = copy.deepcopy(manifest)
    if resource == "namespaces":
        completed.setdefault("metadata", {}).setdefault("labels", {})["kubernetes.io/metadata.name"] = name
        completed.setdefault("spec", {}).setdefault("finalizers", ["kubernetes"])
        completed.setdefault("status", {"phase": "Active"})
    if resource == "pods":
        completed.setdefault("status", {}).setdefault("phase", "Pending")
    return completed


def not_found(key: ObjectKey) -> ApiError:
    """Returns the API server's answer for an object that does not exist."""
    return ApiError(404, f'{_qualified(key)} "{key.name}" not found', details=_details(key))


def _namespace_key(name: str) -> ObjectKey:
    return ObjectKey(CORE_GROUP, "namespaces", None, name)


def _qualified(key: ObjectKey) -> str:
    return f"{key.resource}.{key.group}" if key.group else key.resource


def _details(key: ObjectKey) -> JsonObject:
    details = {"name": key.name, "kind": key.resource}
    return {**details, "group": key.group} if key.group else details
