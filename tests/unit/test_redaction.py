"""What is shown to others contains neither identities nor secrets, whatever is around it."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emr_eks_placement.common.redaction import redacted
from tests.unit.laws import LAW

# As AWS's own documentation writes them.
OWN = {
    "account": "111122223333",
    "role": "arn:aws:iam::111122223333:role/service-role/job",
    "role of China": "arn:aws-cn:iam::111122223333:role/x",
    "run": "arn:aws:emr-containers:us-east-1:111122223333:/virtualclusters/abc/jobruns/def",
    "registry": "111122223333.dkr.ecr.us-east-1.amazonaws.com",
    "key": "AKIAIOSFODNN7EXAMPLE",
    "temporary key": "ASIAIOSFODNN7EXAMPLE",
    "node": "ip-10-0-1-23.ec2.internal",
    "address": "10.0.1.23",
    "token": "k8s-aws-v1.aHR0cHM6Ly9zdHMudXMtZWFzdC0xLmFtYXpvbmF3cy5jb20",
    "bucket": "dev-jobs-bucket-abc",
}
SECRET_PARTS = (
    "111122223333",
    "AKIAIOSFODNN7",
    "ASIAIOSFODNN7",
    "10-0-1-23",
    "10.0.1.23",
    "aHR0cHM6",
    "dev-jobs-bucket",
)
AROUND = st.text(alphabet=" /:,.;'\"()[]{}=-_ab\n", max_size=6)
PLACES = st.recursive(
    st.builds(
        lambda before, own, after: f"{before}{own}{after}", AROUND, st.sampled_from(sorted(OWN.values())), AROUND
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(OWN.values())), inner, max_size=3)
    ),
    max_leaves=8,
)


@LAW
@given(PLACES)
def test_nothing_of_the_account_is_left(data: Any) -> None:
    text = json.dumps(redacted(data, {OWN["bucket"]: "<bucket>"}))
    assert [part for part in SECRET_PARTS if part in text] == []


@pytest.mark.parametrize(
    "text",
    [
        "Authorization token=IQoJb3JpZ2luX2Vj was refused",
        '{"aws_secret_access_key": "wJalrXUtnFEMI"}',
        "https://s3/x?X-Amz-Signature=fe5f80f77d5fa3be&X-Amz-Security-Token=IQoJb3",
        "X-Amz-Credential=abcdef/20261128",
    ],
)
def test_secrets_behind_their_names(text: str) -> None:
    shown = redacted(text, {})
    assert "<secret>" in shown
    assert not re.search("IQoJb3|wJalr|fe5f80|abcdef", shown)


@pytest.mark.parametrize(
    "text",
    [
        "container emr-container-fluentd requests 768Mi, not 512Mi",
        "2026-11-28T09:30:08+00:00",
        "emr-7.12.0-20260410",
        "on local-platform-NodeGroupssystemDBBED169-0587BD50063CC, not EC2",
        "node.kubernetes.io/instance-type",
        "17179869184 bytes, 1234567890123 of them",
    ],
)
def test_what_is_nobody_s_own_stays(text: str) -> None:
    assert redacted({text: [text, 1, None, True]}, {}) == {text: [text, 1, None, True]}


def test_longer_names_go_first_and_empty_ones_are_none() -> None:
    assert redacted("logs-a logs", {"": "<x>", "logs": "<short>", "logs-a": "<long>"}) == "<long> <short>"
