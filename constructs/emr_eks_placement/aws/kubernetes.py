"""A client of an EKS cluster's Kubernetes API with the caller's credentials: read-only, with short time-outs and no
retries."""

import base64
import http.client
import json
import ssl
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPSHandler, Request, build_opener

import boto3

from emr_eks_placement.aws.session import client
from emr_eks_placement.common.document_field import Field
from emr_eks_placement.common.nesting import deeper_than

if TYPE_CHECKING:
    from types_boto3_eks.type_defs import ClusterTypeDef

_TOKEN_PREFIX = "k8s-aws-v1."  # noqa: S105 - no secret: how every EKS token begins (aws-iam-authenticator)
_CLUSTER_HEADER = "x-k8s-aws-id"
TOKEN_SECONDS = 60
"""How long a token of EKS is valid, in seconds."""
_REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
_PAGE = 500
_MOST_LEVELS = 200  # deeper than objects are, less deep than Python's recursion limit
_UNAUTHORIZED, _NOT_FOUND = 401, 404


class NotReadError(Exception):
    """Something can't be read; the message has the reason. is_final: no other read will succeed either."""

    def __init__(self, why: str, *, is_final: bool = False) -> None:
        super().__init__(why)
        self.is_final = is_final


class KubernetesApi:
    """The API server of a cluster. endpoint: https://HOST; ca_pem: the only certificate authority that it is trusted
    by.

    is_private: whether only the VPC reaches the endpoint; seconds: the time-out of a connection and of each part of an
    answer. Uses the environment's proxies (HTTPS_PROXY, NO_PROXY), as kubectl does. Raises NotReadError if the endpoint
    is not https, and if the authority is no certificate.
    """

    def __init__(self, endpoint: str, ca_pem: str, token: str, *, is_private: bool = False, seconds: float = 5) -> None:
        if urlsplit(endpoint).scheme != "https":
            raise NotReadError("EKS names no endpoint of it", is_final=True)
        self._endpoint, self._token, self._seconds = endpoint.rstrip("/"), token, seconds
        self._host = f"{'private ' if is_private else ''}endpoint {urlsplit(endpoint).netloc}"
        self._opener = build_opener(HTTPSHandler(context=_trusting(ca_pem)))

    def find(self, path: str) -> Field | None:
        """Returns the object at the path; None if it does not exist. Raises NotReadError."""
        answer = self._call(path)
        if answer is not None and "kind" not in answer:
            raise _malformed(path)
        return None if answer is None else Field(answer)

    def allows(self, user: str, verb: str, resource: str, namespace: str) -> bool:
        """Returns whether a user may do this with a resource of the core group in a namespace (an access review, which
        stores nothing).

        Raises NotReadError.
        """
        asked = {"namespace": namespace, "verb": verb, "resource": resource}
        asked |= {"name": namespace} if resource == "namespaces" else {}
        review = {"spec": {"user": user, "resourceAttributes": asked}}
        answer = self._call(
            _REVIEWS, {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", **review}
        )
        status = (answer or {}).get("status")
        if not isinstance(status, dict):
            raise _malformed(_REVIEWS)
        return status.get("allowed") is True

    def list(self, path: str, *, label_selector: str = "", field_selector: str = "") -> list[Field]:
        """Returns all objects of the collection that match the selectors; none if the server has no such collection.

        Raises NotReadError.
        """
        found: list[Field] = []
        query: dict[str, str | int] = {"limit": _PAGE}
        query |= {"labelSelector": label_selector} if label_selector else {}
        query |= {"fieldSelector": field_selector} if field_selector else {}
        while (answer := self._call(f"{path}?{urlencode(query)}")) is not None:
            found += _items(answer, path)
            metadata = answer.get("metadata")
            token = metadata.get("continue") if isinstance(metadata, dict) else None
            if not token:
                break
            query["continue"] = str(token)
        return found

    def _call(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
        """Sends GET, or POST if there is a body."""
        sent = None if body is None else json.dumps(body).encode()
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        request = Request(f"{self._endpoint}{path}", data=sent, headers=headers)  # noqa: S310 - __init__ takes https alone
        # Redirects are not followed.
        request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        try:
            with self._opener.open(request, timeout=self._seconds) as answer:
                data = json.load(answer)
        except HTTPError as error:
            with error:
                if error.code == _NOT_FOUND:
                    return None
                asked = f"{request.get_method()} {path.partition('?')[0]}"
                why = f"{asked} was answered {error.code} {http.client.responses.get(error.code, '')}"
                raise NotReadError(why.rstrip(), is_final=error.code == _UNAUTHORIZED) from None
        except TimeoutError:
            raise NotReadError(f"{self._host} did not answer in time", is_final=True) from None
        except URLError as error:
            is_late = isinstance(error.reason, TimeoutError)
            why = "did not answer in time" if is_late else f"can't be reached ({_name_of(error.reason)})"
            raise NotReadError(f"{self._host} {why}", is_final=True) from None
        except (OSError, http.client.HTTPException) as error:
            raise NotReadError(f"{self._host} closed the connection ({type(error).__name__})", is_final=True) from None
        except (ValueError, RecursionError):
            raise _malformed(path) from None
        if not isinstance(data, dict) or deeper_than(data, _MOST_LEVELS):
            raise _malformed(path)
        return data


def open_kubernetes_api(session: boto3.Session, described: "ClusterTypeDef") -> KubernetesApi:
    """Returns the API of the cluster that EKS describes, for the identity of the session's credentials.

    Raises NotReadError for a cluster without an endpoint; botocore's errors unchanged.
    """
    endpoint, authority = described.get("endpoint", ""), described.get("certificateAuthority", {}).get("data", "")
    try:
        ca_pem = base64.b64decode(authority).decode()
    except ValueError:
        ca_pem = ""
    is_private = not described["resourcesVpcConfig"].get("endpointPublicAccess", True)
    return KubernetesApi(endpoint, ca_pem, eks_token(session, described["name"]), is_private=is_private)


def eks_token(session: boto3.Session, cluster: str) -> str:
    """Returns a bearer token as `aws eks get-token` creates it: a presigned call that EKS uses to ask AWS STS who sent
    it.

    The signature is valid for this cluster only, for 60 s. Calls nothing except what loading the credentials needs.
    Raises botocore's errors unchanged.
    """
    sts = client(session, "sts")
    sts.meta.events.register(
        "before-sign.sts.GetCallerIdentity", lambda request, **_: request.headers.add_header(_CLUSTER_HEADER, cluster)
    )
    url = sts.generate_presigned_url("get_caller_identity", ExpiresIn=TOKEN_SECONDS, HttpMethod="GET")
    return _TOKEN_PREFIX + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def _trusting(ca_pem: str) -> ssl.SSLContext:
    """Returns a TLS context other than the default one, which requires extensions that certificates of Kubernetes
    clusters may lack (Python 3.13, VERIFY_X509_STRICT) and trusts the system's authorities if there is no other."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=ca_pem)
    except (ssl.SSLError, ValueError):
        raise NotReadError("its certificate authority is no certificate", is_final=True) from None
    return context


def _items(answer: dict[str, Any], path: str) -> list[Field]:
    """Returns the items with kind and version, which Kubernetes sets only on the list for its own objects."""
    items, kind = answer.get("items"), str(answer.get("kind"))
    if not kind.endswith("List") or not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
        raise _malformed(path)
    common = {"apiVersion": answer.get("apiVersion"), "kind": kind.removesuffix("List")}
    return [Field({**common, **one}) for one in items]


def _malformed(path: str) -> NotReadError:
    return NotReadError(f"the answer to GET {path.partition('?')[0]} is not a Kubernetes response")


def _name_of(reason: object) -> str:
    """Returns the name of an error without its message, which may contain anything."""
    return reason if isinstance(reason, str) else type(reason).__name__
