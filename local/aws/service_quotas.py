"""Service Quotas: the values of the quotas that a deployment meets."""

import json
from collections.abc import Mapping
from typing import Any

from local.aws.errors import ApiError
from local.aws.ministack.services import Response, error_response, json_response
from local.aws.model_validation import summary, violations

SERVICE = "servicequotas"
"""As requests are signed for it, and as IAM names it."""
SDK_NAME = "service-quotas"

DEFAULTS: Mapping[tuple[str, str], float] = {
    ("ec2", "L-0263D0A3"): 5,
    ("ec2", "L-1216C47A"): 32,
    ("ec2", "L-34B43A08"): 32,
    ("eks", "L-1194D53C"): 100,
    ("eks", "L-33415657"): 10,
    ("fargate", "L-3032A538"): 6,
    ("vpc", "L-F678F1CE"): 5,
}
"""By service and quota code: AWS's defaults, but for EC2's vCPU (L-1216C47A, L-34B43A08), which differ by account."""


class ServiceQuotas:
    """The quotas of one account and region. `applied`: values that AWS has granted, over the defaults."""

    def __init__(self) -> None:
        self.applied: dict[tuple[str, str], float] = {}
        self._values: Mapping[str, Mapping[tuple[str, str], float]] = {
            "GetServiceQuota": self.applied,
            "GetAWSDefaultServiceQuota": DEFAULTS,
        }

    async def handle(
        self, _method: str, _path: str, headers: Mapping[str, str], body: bytes, _query: Mapping[str, list[str]]
    ) -> Response:
        """Answer an HTTP request of the JSON protocol, which names its operation in a header."""
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        try:
            return json_response(self._answer(operation, json.loads(body or b"{}")))
        except ApiError as error:
            return error_response(error)

    def _answer(self, operation: str, request: dict[str, Any]) -> Mapping[str, Any]:
        if operation not in self._values:
            raise ApiError("InternalServerException", f"the local AWS does not emulate {operation}", 501)
        problems = violations(SDK_NAME, operation, request)
        if problems:
            raise ApiError("IllegalArgumentException", summary(problems))
        service, code = request["ServiceCode"], request["QuotaCode"]
        values = self._values[operation]
        if (service, code) not in values:
            raise ApiError("NoSuchResourceException", f"{service} has no value of quota {code}")
        return {"Quota": {"ServiceCode": service, "QuotaCode": code, "Value": values[service, code]}}
