"""Errors in the shape that AWS services answer with."""


class ApiError(Exception):
    """An AWS API error: the code SDKs match on, the message people read, the HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def validation_error(message: str) -> ApiError:
    """Returns the error EMR on EKS gives for a request it refuses."""
    return ApiError("ValidationException", message)


def invalid_parameter(message: str) -> ApiError:
    """Returns the error EKS gives for a parameter it refuses."""
    return ApiError("InvalidParameterException", message)


def not_found(message: str) -> ApiError:
    """Returns the error for a resource that does not exist."""
    return ApiError("ResourceNotFoundException", message, 404)
