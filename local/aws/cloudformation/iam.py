"""IAM: OIDC providers and service-linked roles."""

from local.aws.ministack import account
from local.aws.ministack.resource_types import Attributes, Created, Properties, ResourceType, by_id


def _create_oidc_provider(_logical_id: str, properties: Properties, _stack_name: str) -> Created:
    url = str(properties.get("Url", ""))
    if not url.startswith("https://"):
        raise ValueError(f"Invalid Open ID Connect Provider URL {url!r}: it begins with https://")
    arn = account.create_oidc_provider(url, properties.get("ClientIdList", []), properties.get("ThumbprintList", []))
    return arn, {"Arn": arn}


def _update_oidc_provider(arn: str, properties: Properties) -> Attributes:
    account.update_oidc_provider(arn, properties.get("ClientIdList", []), properties.get("ThumbprintList", []))
    return {"Arn": arn}


def _create_service_linked_role(_logical_id: str, properties: Properties, _stack_name: str) -> Created:
    name = account.create_service_linked_role(str(properties.get("AWSServiceName")))
    return name, {"RoleName": name}


def resource_types() -> list[ResourceType]:
    """Returns the IAM types MiniStack lacks."""
    return [
        ResourceType(
            "AWS::IAM::OIDCProvider",
            _create_oidc_provider,
            by_id(account.delete_oidc_provider),
            update=_update_oidc_provider,
        ),
        ResourceType(
            "AWS::IAM::ServiceLinkedRole",
            _create_service_linked_role,
            by_id(account.delete_service_linked_role),
            tags=None,
        ),
    ]
