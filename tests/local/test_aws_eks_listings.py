from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.aws_fixtures import AwsUnderTest

NAMES = ["g0", "g1", "g2", "g3", "g4"]


@pytest.fixture
def groups(aws: AwsUnderTest, cluster: dict[str, str]) -> Iterator[list[str]]:
    eks = aws.client("eks")
    for name in NAMES:
        eks.create_nodegroup(
            clusterName="spark", nodegroupName=name, subnets=[cluster["Private"]], nodeRole=cluster["NodeRoleArn"]
        )
    yield NAMES
    for name in NAMES:
        eks.delete_nodegroup(clusterName="spark", nodegroupName=name)


@pytest.fixture
def associations(aws: AwsUnderTest, cluster: dict[str, str]) -> Iterator[list[str]]:
    assert cluster
    eks = aws.client("eks")
    ids = [
        eks.create_pod_identity_association(
            clusterName="spark",
            namespace=namespace,
            serviceAccount="jobs",
            roleArn="arn:aws:iam::111122223333:role/jobs",
        )["association"]["associationId"]
        for namespace in ("n0", "n1", "n2")
    ]
    yield ids
    for identifier in ids:
        eks.delete_pod_identity_association(clusterName="spark", associationId=identifier)


def test_node_groups_page_by_page(aws: AwsUnderTest, groups: list[str]) -> None:
    eks = aws.client("eks")
    pages = eks.get_paginator("list_nodegroups").paginate(clusterName="spark", PaginationConfig={"PageSize": 2})
    assert [page["nodegroups"] for page in pages] == [["g0", "g1"], ["g2", "g3"], ["g4"]]
    whole = eks.list_nodegroups(clusterName="spark", maxResults=5)
    assert whole["nodegroups"] == groups
    assert "nextToken" not in whole


def test_associations_page_by_page_and_filtered(aws: AwsUnderTest, associations: list[str]) -> None:
    eks = aws.client("eks")
    paginator = eks.get_paginator("list_pod_identity_associations")
    pages = list(paginator.paginate(clusterName="spark", PaginationConfig={"PageSize": 2}))
    assert [len(page["associations"]) for page in pages] == [2, 1]
    assert sorted(one["associationId"] for page in pages for one in page["associations"]) == sorted(associations)
    only = eks.list_pod_identity_associations(clusterName="spark", namespace="n1")["associations"]
    assert [one["namespace"] for one in only] == ["n1"]


def test_clusters_page_by_page(aws: AwsUnderTest, cluster: dict[str, str]) -> None:
    assert cluster
    pages = aws.client("eks").get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 1})
    assert [page["clusters"] for page in pages] == [["spark"]]


@pytest.mark.parametrize("wrong", [{"maxResults": 101}, {"nextToken": "x"}])
def test_no_such_page(aws: AwsUnderTest, cluster: dict[str, str], wrong: dict[str, Any]) -> None:
    assert cluster
    with pytest.raises(ClientError, match=next(iter(wrong))):
        aws.client("eks").list_nodegroups(clusterName="spark", **wrong)


def test_no_such_cluster(aws: AwsUnderTest) -> None:
    eks = aws.client("eks")
    for operation in (eks.list_nodegroups, eks.list_pod_identity_associations):
        with pytest.raises(eks.exceptions.ResourceNotFoundException):
            operation(clusterName="none")
