"""Kubernetes `Status` objects and the errors that become one."""

from typing import Any

JsonObject = dict[str, Any]
"""A decoded JSON object: a Kubernetes manifest or a part of one."""

_REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "AlreadyExists",
    410: "Expired",
    415: "UnsupportedMediaType",
    422: "Invalid",
    500: "InternalError",
}


class ApiError(Exception):
    """A request the API server answers with a failure `Status`."""

    def __init__(self, code: int, message: str, reason: str | None = None, details: JsonObject | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reason = reason if reason is not None else _REASONS.get(code, "Unknown")
        self.details = details

    def status(self) -> JsonObject:
        """Returns the `Status` object of the response body."""
        status: JsonObject = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "code": self.code,
        }
        if self.details is not None:
            status["details"] = self.details
        return status


class AdmissionRejection(ApiError):  # noqa: N818  "rejection" is the word of the admission review
    """Raised by an admission hook to refuse an object.

    `code` is the HTTP status of the refusal: 403 (forbidden by policy) or 400 (a bad request).
    """

    def __init__(self, message: str, code: int = 403) -> None:
        if code not in (400, 403):
            raise ValueError(f"an admission hook rejects with code 400 or 403, not {code}")
        super().__init__(code, message)


def success_status(details: JsonObject) -> JsonObject:
    """Returns the `Status` object that answers a successful deletion."""
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}
