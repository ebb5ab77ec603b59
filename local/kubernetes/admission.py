"""The arguments of admission hooks and creation observers."""

from dataclasses import dataclass

from local.kubernetes.status import JsonObject


@dataclass(frozen=True)
class AdmissionRequest:
    """An object about to be created; `namespace` is None for a cluster-scoped object.

    A hook returns the object to store (it may change and return `object`), or raises AdmissionRejection.
    """

    resource: str
    namespace: str | None
    object: JsonObject


@dataclass(frozen=True)
class CreatedObject:
    """An object that was just stored, as stored; changing `object` changes nothing in the server."""

    resource: str
    namespace: str | None
    name: str
    object: JsonObject
