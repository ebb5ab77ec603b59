from collections.abc import Callable, Iterator
from typing import Any

import pytest

from emr_eks_placement.aws.job_runs import resolve_job_template
from emr_eks_placement.aws.s3 import LONGEST_TEXT, read_s3_text
from emr_eks_placement.common.errors import InputError, RuleError
from emr_eks_placement.emr.request_check import check_request
from local.aws.ministack.settings import enforcing_iam
from tests.local.aws_fixtures import AwsUnderTest
from tests.local.reading import Account, counted

ROLE = "arn:aws:iam::111122223333:role/jobs"
DATA: dict[str, Any] = {
    "executionRoleArn": "${Role}",
    "releaseLabel": "emr-7.9.0-latest",
    "jobDriver": {
        "sparkSubmitJobDriver": {
            "entryPoint": "s3://${Bucket}/jobs/${Job.name}.py",
            "entryPointArguments": ["--date", "${Date}", "${Date}"],
            "sparkSubmitParameters": "--conf spark.executor.instances=${Executors} --conf spark.x=${env:HOME}",
        }
    },
    "configurationOverrides": {
        "applicationConfiguration": [
            {"classification": "spark-defaults", "properties": {"spark.driver.memory": "${Memory}"}}
        ]
    },
    "parameterConfiguration": {
        "Executors": {"type": "NUMBER", "defaultValue": "2"},
        "Memory": {"type": "STRING", "defaultValue": "2G"},
        "Role": {"type": "STRING"},
    },
    "jobTags": {"team": "a"},
}
GIVEN = {"Role": ROLE, "Bucket": "b", "Job.name": "count", "Date": "${not-again}", "Executors": "7"}


@pytest.fixture
def template(aws: AwsUnderTest) -> Iterator[str]:
    emr = aws.client("emr-containers")
    identifier: str = emr.create_job_template(name="count", clientToken="read", jobTemplateData=DATA)["id"]
    yield identifier
    emr.delete_job_template(id=identifier)


def request_of(template: str, **fields: Any) -> dict[str, Any]:
    request = {"virtualClusterId": "vc1", "name": "count", "jobTemplateId": template, "jobTemplateParameters": GIVEN}
    return {**request, **fields}


def test_template_is_filled_in(account: Account, template: str) -> None:
    resolved = resolve_job_template(account.session(), request_of(template))
    assert resolved == {
        "virtualClusterId": "vc1",
        "name": "count",
        "executionRoleArn": ROLE,
        "releaseLabel": "emr-7.9.0-latest",
        "jobDriver": {
            "sparkSubmitJobDriver": {
                "entryPoint": "s3://b/jobs/count.py",
                "entryPointArguments": ["--date", "${not-again}", "${not-again}"],
                "sparkSubmitParameters": "--conf spark.executor.instances=7 --conf spark.x=${env:HOME}",
            }
        },
        "configurationOverrides": {
            "applicationConfiguration": [
                {"classification": "spark-defaults", "properties": {"spark.driver.memory": "2G"}}
            ]
        },
    }
    assert check_request(resolved) == resolved


def test_fields_of_the_request_win(account: Account, template: str) -> None:
    own = {"executionRoleArn": ROLE, "releaseLabel": "emr-7.8.0-latest", "configurationOverrides": {}}
    given = {name: value for name, value in GIVEN.items() if name != "Role"}
    resolved = resolve_job_template(account.session(), request_of(template, **own, jobTemplateParameters=given))
    assert {name: resolved[name] for name in own} == own, "and the role the template asks for needs no value"
    assert resolved["jobDriver"]["sparkSubmitJobDriver"]["entryPoint"] == "s3://b/jobs/count.py"


@pytest.mark.parametrize("missing", ["Role", "Bucket", "Job.name", "Date"])
def test_parameter_without_a_value(account: Account, template: str, missing: str) -> None:
    given = {name: value for name, value in GIVEN.items() if name != missing}
    with pytest.raises(RuleError, match=f"no default value for {missing} ") as refused:
        resolve_job_template(account.session(), request_of(template, jobTemplateParameters=given))
    assert refused.value.path == ("jobTemplateParameters", missing)


def test_no_parameters_at_all(account: Account, template: str) -> None:
    request = request_of(template)
    del request["jobTemplateParameters"]
    with pytest.raises(RuleError, match="no default value for Role "):
        resolve_job_template(account.session(), request)


def test_no_such_template(account: Account) -> None:
    with pytest.raises(RuleError, match="us-east-1 has no job template of this id") as refused:
        resolve_job_template(account.session(), request_of("none"))
    assert (refused.value.path, refused.value.value) == (("jobTemplateId",), "none")


def test_request_without_a_template_asks_nothing(account: Account) -> None:
    session = account.session()
    calls = counted(session)
    request = {"releaseLabel": "emr-7.9.0-latest"}
    assert resolve_job_template(session, request) is request
    assert not calls


def test_template_that_may_not_be_read(account: Account, template: str, user: Callable[..., str]) -> None:
    with enforcing_iam(), pytest.raises(InputError) as refused:
        resolve_job_template(account.session(user("s3:GetObject")), request_of(template))
    assert str(refused.value) == (
        f"job template {template}: emr-containers:DescribeJobTemplate is denied to "
        "arn:aws:iam::000000000000:user/reader-0 (AccessDeniedException). "
        "Allow emr-containers:DescribeJobTemplate, or name another profile."
    )


@pytest.fixture
def bucket(aws: AwsUnderTest) -> Iterator[str]:
    s3 = aws.client("s3")
    name = "read-s3-text"
    objects = {
        "a/pod template.yaml": "kind: Pod # \N{SNOWMAN}\n".encode(),
        "empty": b"",
        "largest": b"x" * LONGEST_TEXT,
        "larger": b"x" * (LONGEST_TEXT + 1),
        "binary": b"\xff\xfe",
    }
    s3.create_bucket(Bucket=name)
    for key, content in objects.items():
        s3.put_object(Bucket=name, Key=key, Body=content)
    yield name
    for key in objects:
        s3.delete_object(Bucket=name, Key=key)
    s3.delete_bucket(Bucket=name)


def test_text_from_s3(account: Account, bucket: str) -> None:
    session = account.session()
    calls = counted(session)
    assert read_s3_text(session, f"s3://{bucket}/a/pod template.yaml") == "kind: Pod # \N{SNOWMAN}\n"
    assert read_s3_text(session, f"s3://{bucket}/empty") == ""
    assert len(read_s3_text(session, f"s3://{bucket}/largest")) == LONGEST_TEXT
    assert calls == {"GetObject": 3}


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("s3://read-s3-text/larger", "must have at most 1048576 bytes. Name a pod template."),
        ("s3://read-s3-text/binary", "must be UTF-8 text. Upload it as UTF-8."),
        ("s3://read-s3-text/none", "the bucket has no such object (s3:GetObject). Upload it, or correct the key."),
        ("s3://read-s3-text-none/a", "there is no such bucket (s3:GetObject). Correct the bucket."),
        ("s3://read-s3-text", "must be s3://BUCKET/KEY. Write for example s3://my-bucket/pod-template.yaml."),
        ("s3:///key", "must be s3://BUCKET/KEY. Write for example s3://my-bucket/pod-template.yaml."),
        ("https://b/key", "must be s3://BUCKET/KEY. Write for example s3://my-bucket/pod-template.yaml."),
        ("s3:b/key", "must be s3://BUCKET/KEY. Write for example s3://my-bucket/pod-template.yaml."),
    ],
)
def test_no_text_from_s3(account: Account, bucket: str, uri: str, message: str) -> None:
    assert bucket
    with pytest.raises(InputError) as refused:
        read_s3_text(account.session(), uri)
    assert str(refused.value) == f"{uri}: {message}"


def test_no_such_bucket_name(account: Account) -> None:
    with pytest.raises(InputError, match='Invalid bucket name "a b"') as refused:
        read_s3_text(account.session(), "s3://a b/key")
    assert "\n" not in str(refused.value)


def test_object_that_may_not_be_read(account: Account, bucket: str, user: Callable[..., str]) -> None:
    uri = f"s3://{bucket}/empty"
    with enforcing_iam():
        assert read_s3_text(account.session(user("s3:GetObject")), uri) == ""
        with pytest.raises(InputError) as refused:
            read_s3_text(account.session(user("s3:ListBucket")), uri)
    assert str(refused.value).startswith(f"{uri}: s3:GetObject is denied to arn:aws:iam::000000000000:user/reader-1 ")
    assert "also answers for a missing object" in str(refused.value)
