"""The bearer token that gives a caller access to the Kubernetes API of an EKS cluster."""

import base64

import pytest
import trustme

from emr_eks_placement.aws.kubernetes import KubernetesApi, NotReadError, eks_token
from local.kubernetes import RecordingKubernetesApi
from local.kubernetes.authentication import presigned_url
from tests.local.reading import Account, Answer, answering, pem, tls_of


def test_the_token_is_a_presigned_question_who_asks(account: Account) -> None:
    token = eks_token(account.session(), "spark")
    url = base64.urlsafe_b64decode(token.removeprefix("k8s-aws-v1.") + "==").decode()
    assert presigned_url(f"Bearer {token}") == url
    assert "X-Amz-Expires=60" in url
    assert "X-Amz-SignedHeaders=host%3Bx-k8s-aws-id" in url
    assert eks_token(account.session(), "other") != token, "it is signed for one cluster"


@pytest.mark.parametrize(
    "change",
    [
        ("Bearer k8s-aws-v1.", "Basic "),
        ("GetCallerIdentity", "AssumeRole"),
        ("%3Bx-k8s-aws-id", ""),
        ("X-Amz-Date=", "X-Amz-Dat="),
        ("X-Amz-Expires=60", "X-Amz-Expires=-60"),
    ],
)
def test_other_tokens_are_not_let_in(account: Account, change: tuple[str, str]) -> None:
    token = eks_token(account.session(), "spark").removeprefix("k8s-aws-v1.")
    url = base64.urlsafe_b64decode(token + "==").decode().replace(*change)
    prefix = "Bearer k8s-aws-v1.".replace(*change)
    assert presigned_url(prefix + base64.urlsafe_b64encode(url.encode()).decode()) is None


def test_the_token_is_not_sent_where_an_answer_redirects() -> None:
    authority = trustme.CA()
    with RecordingKubernetesApi() as api:
        moved = Answer(302, headers={"Location": f"{api.url}/api/v1/namespaces/default"})
        with answering(lambda _request: moved, tls_of(authority)) as server, pytest.raises(NotReadError):
            KubernetesApi(server.url, pem(authority) + api.ca_pem.decode(), api.token).find("/api/v1/namespaces/spark")
        assert [one.status_code for one in api.requests] == [401], "200 with this token"
