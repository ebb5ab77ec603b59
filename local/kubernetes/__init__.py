"""A recording Kubernetes API server: in memory, on HTTPS at 127.0.0.1, with admission hooks.

It stores what clients such as kubectl and Spark send and answers as an API server does, and it has no controllers.
"""

from local.kubernetes.admission import AdmissionRequest, CreatedObject
from local.kubernetes.http_server import RecordedRequest
from local.kubernetes.recording_api import RecordingKubernetesApi
from local.kubernetes.status import AdmissionRejection, ApiError, JsonObject

__all__ = [
    "AdmissionRejection",
    "AdmissionRequest",
    "ApiError",
    "CreatedObject",
    "JsonObject",
    "RecordedRequest",
    "RecordingKubernetesApi",
]
