"""Requests as people have them: the answers, templates, workflows and manifests of others, in the text that they write."""

import json
from typing import Any

import pytest
import yaml
from botocore import xform_name
from hypothesis import given

from emr_eks_placement.common.errors import RuleError, dotted, finding
from emr_eks_placement.emr.read_requests import checked, requests_of_text, understood
from emr_eks_placement.emr.request_formats import FORMS as FORMS_READ
from emr_eks_placement.emr.request_text import documents_of
from tests.unit.environments import REPOSITORY
from tests.unit.test_request_model import RANDOM, REQUESTS, replaced

PI: dict[str, Any] = {
    "name": "pi",
    "virtualClusterId": "kkm9hr2cypco1341w5b0iwuaj",
    "executionRoleArn": "arn:aws:iam::111122223333:role/jobs",
    "releaseLabel": "emr-7.9.0-latest",
    "jobDriver": {
        "sparkSubmitJobDriver": {
            "entryPoint": "local:///usr/lib/spark/examples/src/main/python/pi.py",
            "entryPointArguments": ["60"],
            "sparkSubmitParameters": "--conf spark.executor.instances=2 --conf spark.executor.memory=2G",
        }
    },
    "configurationOverrides": {
        "applicationConfiguration": [{"classification": "spark-defaults", "properties": {"spark.driver.memory": "2G"}}],
        "monitoringConfiguration": {
            "persistentAppUI": "ENABLED",
            "cloudWatchMonitoringConfiguration": {"logGroupName": "/emr/pi", "logStreamNamePrefix": "pi"},
            "s3MonitoringConfiguration": {"logUri": "s3://logs/"},
        },
    },
}

CLI_YAML = """\
# aws emr-containers start-job-run --cli-input-yaml file://pi.yaml
name: pi
virtualClusterId: 'kkm9hr2cypco1341w5b0iwuaj'  # [REQUIRED] The virtual cluster ID for which the job run request is submitted.
executionRoleArn: arn:aws:iam::111122223333:role/jobs
releaseLabel: emr-7.9.0-latest
jobDriver:
  sparkSubmitJobDriver:
    entryPoint: local:///usr/lib/spark/examples/src/main/python/pi.py
    entryPointArguments: ["60"]
    sparkSubmitParameters: >-
      --conf spark.executor.instances=2
      --conf spark.executor.memory=2G
configurationOverrides:
  applicationConfiguration:
  - classification: spark-defaults
    properties: {spark.driver.memory: 2G}
  monitoringConfiguration:
    persistentAppUI: ENABLED
    cloudWatchMonitoringConfiguration: {logGroupName: /emr/pi, logStreamNamePrefix: pi}
    s3MonitoringConfiguration:
      logUri: s3://logs/
"""

DESCRIBED = {
    "id": "0000000358fdpbnr9ud",
    "arn": "arn:aws:emr-containers:us-east-1:111122223333:/virtualclusters/kkm9hr2cypco1341w5b0iwuaj/jobruns/0000000358fdpbnr9ud",
    "state": "COMPLETED",
    "clientToken": "7f2ad4ae-7b0e-4cd5-a0d1-0d1c5e2ee2a4",
    **PI,
    "createdAt": "2026-10-01T12:00:00+00:00",
    "createdBy": "arn:aws:sts::111122223333:assumed-role/ci/session",
    "finishedAt": "2026-10-01T12:04:10+00:00",
    "stateDetails": "JobRun completed successfully. It ran for 3 Minutes 41 Seconds",
    "tags": {},
}

# As Step Functions' guide and others have it: in PascalCase, Configuration's keys excepted.
ARGUMENTS: dict[str, Any] = {
    "Name": "pi",
    "VirtualClusterId": "kkm9hr2cypco1341w5b0iwuaj",
    "ExecutionRoleArn": "arn:aws:iam::111122223333:role/jobs",
    "ReleaseLabel": "emr-7.9.0-latest",
    "JobDriver": {
        "SparkSubmitJobDriver": {
            "EntryPoint": "local:///usr/lib/spark/examples/src/main/python/pi.py",
            "EntryPointArguments": ["60"],
            "SparkSubmitParameters": "--conf spark.executor.instances=2 --conf spark.executor.memory=2G",
        }
    },
    "ConfigurationOverrides": {
        "ApplicationConfiguration": [{"Classification": "spark-defaults", "Properties": {"spark.driver.memory": "2G"}}],
        "MonitoringConfiguration": {
            "PersistentAppUI": "ENABLED",
            "CloudWatchMonitoringConfiguration": {"LogGroupName": "/emr/pi", "LogStreamNamePrefix": "pi"},
            "S3MonitoringConfiguration": {"LogUri": "s3://logs/"},
        },
    },
}
STATE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::emr-containers:startJobRun.sync",
    "Parameters": ARGUMENTS,
    "End": True,
}
MACHINE = {
    "StartAt": "Wait",
    "States": {
        "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Run pi"},
        "Run pi": STATE,
        "Cluster": {
            "Type": "Task",
            "Resource": "arn:aws:states:::emr-containers:createVirtualCluster",
            "Parameters": {},
        },
    },
}
TARGET = {
    "Arn": "arn:aws:scheduler:::aws-sdk:emrcontainers:startJobRun",
    "RoleArn": "arn:aws:iam::111122223333:role/scheduler",
    "Input": json.dumps(ARGUMENTS | {"ClientToken": "<aws.scheduler.execution-id>"}),
}

AIRFLOW = """\
task_id: pi
operator: airflow.providers.amazon.aws.operators.emr.EmrContainerOperator
name: pi
virtual_cluster_id: kkm9hr2cypco1341w5b0iwuaj
execution_role_arn: arn:aws:iam::111122223333:role/jobs
release_label: emr-7.9.0-latest
job_driver:
  sparkSubmitJobDriver:
    entryPoint: local:///usr/lib/spark/examples/src/main/python/pi.py
    entryPointArguments: ["60"]
    sparkSubmitParameters: --conf spark.executor.instances=2 --conf spark.executor.memory=2G
configuration_overrides:
  applicationConfiguration:
    - classification: spark-defaults
      properties: {spark.driver.memory: 2G}
  monitoringConfiguration:
    persistentAppUI: ENABLED
    cloudWatchMonitoringConfiguration: {logGroupName: /emr/pi, logStreamNamePrefix: pi}
    s3MonitoringConfiguration: {logUri: s3://logs/}
job_retry_max_attempts: 3
deferrable: yes
"""

ACK = """\
apiVersion: v1
kind: Namespace
metadata: {name: emr-ack}
---
apiVersion: emrcontainers.services.k8s.aws/v1alpha1
kind: JobRun
metadata:
  name: pi
  namespace: emr-ack
spec:
  name: pi
  virtualClusterID: kkm9hr2cypco1341w5b0iwuaj
  executionRoleARN: "arn:aws:iam::111122223333:role/jobs"
  releaseLabel: "emr-7.9.0-latest"
  jobDriver:
    sparkSubmitJobDriver:
      entryPoint: "local:///usr/lib/spark/examples/src/main/python/pi.py"
      entryPointArguments: ["60"]
      sparkSubmitParameters: "--conf spark.executor.instances=2 --conf spark.executor.memory=2G"
  configurationOverrides: |
    ApplicationConfiguration:
      - Classification: spark-defaults
        Properties:
          spark.driver.memory: 2G
    MonitoringConfiguration:
      PersistentAppUI: ENABLED
      CloudWatchMonitoringConfiguration:
        LogGroupName: /emr/pi
        LogStreamNamePrefix: pi
      S3MonitoringConfiguration:
        LogURI: s3://logs/
"""

FORMS: dict[str, tuple[str, str]] = {
    "JSON for --cli-input-json": (json.dumps(PI, indent=2), "read as a StartJobRun request"),
    "JSON on one line": (json.dumps(PI), "read as a StartJobRun request"),
    "YAML for --cli-input-yaml": (CLI_YAML, "read as a StartJobRun request"),
    "describe-job-run": (
        json.dumps({"jobRun": DESCRIBED}),
        "read as a describe-job-run answer; ignored: id, arn, state, clientToken, createdAt, createdBy, finishedAt, "
        "stateDetails",
    ),
    "describe-job-run --output yaml": (yaml.safe_dump({"jobRun": DESCRIBED}), "read as a describe-job-run answer; ignored: "),
    "describe-job-run --query jobRun": (json.dumps(DESCRIBED), "read as a job run as EMR describes it; ignored: id, arn"),
    "list-job-runs of one": (json.dumps({"jobRuns": [DESCRIBED], "nextToken": "a"}), "read as a list-job-runs answer"),
    "a state machine": (json.dumps(MACHINE), "read as a Step Functions state"),
    "a state machine in YAML": (yaml.safe_dump(MACHINE), "read as a Step Functions state"),
    "describe-state-machine": (
        json.dumps({"name": "nightly", "definition": json.dumps(MACHINE), "type": "STANDARD"}),
        "read as a Step Functions state",
    ),
    "a state": (json.dumps(STATE), "read as a Step Functions state"),
    "a state by name": (json.dumps({"Run pi": STATE}), "read as a Step Functions state"),
    "a state of the AWS SDK integration": (
        json.dumps({**STATE, "Resource": "arn:aws-cn:states:::aws-sdk:emrcontainers:startJobRun"}),
        "read as a Step Functions state",
    ),
    "a JSONata state": (
        json.dumps({"QueryLanguage": "JSONata", "Type": "Task", "Resource": STATE["Resource"], "Arguments": ARGUMENTS}),
        "read as a Step Functions state",
    ),
    "a branch of a branch": (
        json.dumps({"StartAt": "All", "States": {"All": {"Type": "Parallel", "Branches": [
            {"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemProcessor": MACHINE}}}]}}}),
        "read as a Step Functions state",
    ),
    "Parameters alone": (json.dumps(ARGUMENTS), "read as a StartJobRun request in the spelling of Step Functions"),
    "a schedule": (
        json.dumps({"Name": "nightly", "ScheduleExpression": "rate(1 day)", "Target": TARGET}),
        "read as the input of a schedule",
    ),
    "the target of a schedule": (json.dumps(TARGET), "read as the input of a schedule"),
    "Airflow": (
        AIRFLOW, "read as the arguments of Airflow's EmrContainerOperator; ignored: task_id, operator, deferrable",
    ),
    "ACK beside another object": (ACK, "read as a JobRun of ACK"),
    "a CloudFormation template with a schedule": (
        json.dumps({"Resources": {"Nightly": {"Type": "AWS::Scheduler::Schedule", "Properties": {"Target": TARGET}}}}),
        "read as the input of a schedule",
    ),
    "a CloudFormation template with a state machine": (
        json.dumps({"Resources": {
            "Bucket": {"Type": "AWS::S3::Bucket"},
            "Nightly": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": {"Fn::Join": ["", [
                json.dumps(MACHINE).split("arn:aws:states")[0], "arn:", {"Ref": "AWS::Partition"}, ":states",
                json.dumps(MACHINE).split("arn:aws:states", 1)[1]]]}}},
        }}),
        "read as a Step Functions state",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), FORMS.values(), ids=FORMS.keys())
def test_every_form_holds_the_same_request(text: str, words: str) -> None:
    (found,) = requests_of_text(text)
    request = dict(checked(found))
    assert request.pop("tags", {}) == {}
    assert request.pop("clientToken", "<aws.scheduler.execution-id>") == "<aws.scheduler.execution-id>"
    assert request.pop("retryPolicyConfiguration", {"maxAttempts": 3}) == {"maxAttempts": 3}
    assert request == PI
    assert understood(found, request).startswith(words)


def test_the_run_of_an_answer_is_not_the_run_that_is_asked_for() -> None:
    """With its client token EMR would answer with the old run."""
    (found,) = requests_of_text(json.dumps({"jobRun": DESCRIBED}))
    assert "clientToken" not in checked(found)


# Job templates

TEMPLATE: dict[str, Any] = {
    "executionRoleArn": "arn:aws:iam::111122223333:role/jobs",
    "releaseLabel": "${Release}",
    "jobDriver": {"sparkSubmitJobDriver": {
        "entryPoint": "s3://jobs/${Job}.py",
        "sparkSubmitParameters": "--conf spark.executor.instances=${Executors} --conf spark.executor.memory=2G",
    }},
    "parameterConfiguration": {
        "Release": {"type": "STRING", "defaultValue": "emr-7.9.0-latest"},
        "Executors": {"type": "NUMBER", "defaultValue": "4"},
        "Job": {"type": "STRING"},
    },
    "jobTags": {"team": "etl"},
}  # fmt: skip
CFN_TEMPLATE = """\
Resources:
  Template:
    Type: AWS::EMRContainers::JobTemplate
    Properties:
      Name: count
      JobTemplateData:
        ExecutionRoleArn: arn:aws:iam::111122223333:role/jobs
        ReleaseLabel: ${Release}
        JobDriver:
          SparkSubmitJobDriver:
            EntryPoint: s3://jobs/${Job}.py
            SparkSubmitParameters: !Sub >-
              --conf spark.executor.instances=${!Executors} --conf spark.executor.memory=2G
        ParameterConfiguration:
          Release: {Type: STRING, DefaultValue: emr-7.9.0-latest}
          Executors: {Type: NUMBER, DefaultValue: "4"}
          Job: {Type: STRING}
        JobTags: {team: etl}
"""
TEMPLATES = {
    "describe-job-template": json.dumps({"jobTemplate": {"id": "0001", "name": "count", "jobTemplateData": TEMPLATE}}),
    "list-job-templates": json.dumps({"templates": [{"id": "0001", "jobTemplateData": TEMPLATE}]}),
    "create-job-template": json.dumps({"name": "count", "clientToken": "a", "jobTemplateData": TEMPLATE}),
    "the data alone": json.dumps(TEMPLATE),
    "CloudFormation": CFN_TEMPLATE,
    "a CloudFormation snippet": json.dumps(yaml.safe_load(CFN_TEMPLATE.replace("!Sub", ""))["Resources"]).replace(
        "${!", "${"
    ),
}


@pytest.mark.parametrize("text", TEMPLATES.values(), ids=TEMPLATES.keys())
def test_a_job_template_has_the_defaults_of_its_parameters_and_the_others_stay(text: str) -> None:
    (found,) = requests_of_text(text)
    request = checked(found)
    assert request == {
        "executionRoleArn": TEMPLATE["executionRoleArn"],
        "releaseLabel": "emr-7.9.0-latest",
        "jobDriver": {"sparkSubmitJobDriver": {
            "entryPoint": "s3://jobs/${Job}.py",
            "sparkSubmitParameters": "--conf spark.executor.instances=4 --conf spark.executor.memory=2G",
        }},
        "tags": {"team": "etl"},
    }  # fmt: skip
    assert understood(found, request).endswith("placeholders: ${Job}")


# What is known only when it runs

PATHS: dict[str, Any] = {
    **ARGUMENTS,
    "VirtualClusterId.$": "$.cluster.Id",
    "ExecutionRoleArn": "arn:aws:iam::<account-id>:role/jobs",
    "Name": "{% 'pi-' & $states.context.Execution.Name %}",
    "ClientToken.$": "States.UUID()",
    "Tags.$": "$.tags",
    "RetryPolicyConfiguration": {"MaxAttempts.$": "$.attempts"},
    "JobDriver": {"SparkSubmitJobDriver": {
        **ARGUMENTS["JobDriver"]["SparkSubmitJobDriver"],
        "EntryPointArguments.$": "States.Array('--date', $.date)",
    }},
}  # fmt: skip
del PATHS["VirtualClusterId"], PATHS["JobDriver"]["SparkSubmitJobDriver"]["EntryPointArguments"]


def test_what_comes_from_a_state_machine_s_input_is_a_placeholder() -> None:
    (found,) = requests_of_text(json.dumps({**STATE, "Parameters": PATHS}))
    request = checked(found)
    names = understood(found, request).partition("placeholders: ")[2].split(", ")
    assert set(names) == {"<$.cluster.Id>", "<account-id>", "{% 'pi-' & $states.context.Execution.Name %}"}
    assert "tags" not in request
    assert "entryPointArguments" not in request["jobDriver"]["sparkSubmitJobDriver"]
    assert request["jobDriver"]["sparkSubmitJobDriver"]["entryPoint"].endswith("pi.py")


@pytest.mark.parametrize(
    ("key", "value"),
    [("JobDriver.$", "$.driver"), ("JobDriver", "{% $states.input.driver %}"), ("ConfigurationOverrides.$", "$.more")],
)
def test_what_decides_pods_and_comes_from_a_state_machine_s_input_is_said(key: str, value: str) -> None:
    arguments = {name: one for name, one in ARGUMENTS.items() if name != key.removesuffix(".$")} | {key: value}
    with pytest.raises(RuleError, match="known only when it runs, and decides the pods") as refused:
        requests_of_text(json.dumps({"StartAt": "a", "States": {"a": {**STATE, "Parameters": arguments}}}))
    assert dotted(refused.value.path) == f"States.a.Parameters.{key}"


def test_the_page_of_the_forms_names_each_of_them() -> None:
    section = (REPOSITORY / "docs/requests.md").read_text().partition("\n## Forms\n")[2].partition("\n## ")[0]
    rows = [row.split(" | ")[0].removeprefix("| ") for row in section.splitlines() if row.startswith("| ")]
    named = [name for row in rows[1:] for name in row.split(", ")]
    assert sorted(named) == sorted(one.words for one in FORMS_READ)


# Several requests

SEVERAL: dict[str, tuple[str, list[str]]] = {
    "JSON Lines": (f"{json.dumps(PI)}\n{json.dumps(PI)}\n", ["1", "2"]),
    "JSON objects behind one another": (json.dumps(PI, indent=1) + json.dumps(PI, indent=1), ["1", "2"]),
    "a JSON list": (json.dumps([PI, PI, PI]), ["1", "2", "3"]),
    "a YAML list": (yaml.safe_dump([PI, PI]), ["1", "2"]),
    "YAML documents": (f"---\n{CLI_YAML}---\n{CLI_YAML}---\n", ["1", "2"]),
    "list-job-runs": (
        json.dumps({"jobRuns": [DESCRIBED, {**DESCRIBED, "id": "0002"}]}), ["0000000358fdpbnr9ud", "0002"],
    ),
    "states": (json.dumps({"StartAt": "a", "States": {"Run a": STATE, "Run b": STATE}}), ["Run a", "Run b"]),
    "states of one name": (
        json.dumps({"StartAt": "a", "States": {"a": {"Type": "Parallel", "Branches": [MACHINE, MACHINE]}}}), ["1", "2"],
    ),
    "resources": (
        json.dumps({"Resources": {
            "A": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": MACHINE}},
            "B": {"Type": "AWS::Scheduler::Schedule", "Properties": {"Target": TARGET}},
        }}), ["A.Run pi", "B"],
    ),
    "a List of Kubernetes": (
        json.dumps({"kind": "List", "apiVersion": "v1", "items": [*yaml.safe_load_all(ACK), *yaml.safe_load_all(ACK)]}),
        ["1", "2"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "names"), SEVERAL.values(), ids=SEVERAL.keys())
def test_several_requests_of_a_text_have_different_names(text: str, names: list[str]) -> None:
    found = requests_of_text(text)
    assert [one.name for one in found] == names
    assert {checked(one)["releaseLabel"] for one in found} == {"emr-7.9.0-latest"}


# What is wrong

WRONG: dict[str, tuple[str, str]] = {
    "nothing": ("", "must be JSON or YAML: it is empty. Write a request."),
    "only documents without content": ("---\n---\n", "it is empty"),
    "no request": ("[]", "has no StartJobRun request"),
    "a comma too many": ('{\n  "name": "a",\n}', "must be JSON: "),
    "where it is": ('{\n  "name": "a",\n  "releaseLabel" "b"\n}', "line 3 column 18"),
    "a continued line": (
        '{"jobDriver": {"sparkSubmitJobDriver": {"sparkSubmitParameters": "--conf a=b \\\n --conf c=d"}}}',
        "Leave out the backslash at the end of the line: JSON has no continued lines",
    ),
    "a line break in a text": ('{"name": "a\nb"}', "Write a line break in a text as \\n, or the file as YAML"),
    "YAML": ("name: [a", "line 1 column 9"),
    "a key twice": ("name: a\nname: b\n", "the key name appears twice, line 2 column 1"),
    "a shell command": (
        "aws emr-containers start-job-run --name pi --job-driver '{}'", "a shell script is not read",
    ),
    "plain text": ("hello", "it is plain text"),
    "something else": ('{"apiVersion": "v1", "kind": "Pod"}', "none of the requests that are read with the keys apiVersion"),
    "what is understood": ('{"a": 1}', "a JobRun of ACK; a List of ACK's JobRuns; an answer of describe-job-template; "),
    "an id alone": (
        '{"id": "0001", "name": "a", "arn": "arn:aws:emr-containers:us-east-1:1:/virtualclusters/a/jobruns/b"}',
        "Name the answer of describe-job-run.",
    ),
    "no state that starts a job run": (
        json.dumps({"StartAt": "a", "States": {"a": {"Type": "Pass"}}}), "a state machine without a StartJobRun request",
    ),
    "a state without parameters": (
        json.dumps({"Type": "Task", "Resource": STATE["Resource"]}), "a state that starts a job run has Parameters",
    ),
    "a member of the API in a state": (
        json.dumps({**STATE, "Parameters": {**ARGUMENTS, "releaseLabel": "a"}}),
        "Parameters.releaseLabel = 'a': unknown key; known here are Name, VirtualClusterId, ",
    ),
    "a slip in a state": (
        json.dumps({**STATE, "Parameters": {**ARGUMENTS, "Jobdriver": {}}}), "Did you mean JobDriver?",
    ),
    "a slip in Airflow's arguments": (
        AIRFLOW.replace("sparkSubmitJobDriver", "spark_submit_job_driver"),
        "job_driver.spark_submit_job_driver = ",
    ),
    "a slip in CloudFormation": (
        CFN_TEMPLATE.replace("EntryPoint:", "Entrypoint:"),
        "Resources.Template.Properties.JobTemplateData.JobDriver.SparkSubmitJobDriver.Entrypoint = ",
    ),
    "a name in CloudFormation": (
        CFN_TEMPLATE.replace("        JobTags", "        RetryPolicyConfiguration: {}\n        JobTags"),
        "Properties.JobTemplateData.RetryPolicyConfiguration = {}: unknown key; known here are ExecutionRoleArn, ",
    ),
    "a bad role in a state": (
        json.dumps({"StartAt": "a", "States": {"a": {**STATE, "Parameters": {**ARGUMENTS, "ExecutionRoleArn": "my-role"}}}}),
        "States.a.Parameters.ExecutionRoleArn = 'my-role': ",
    ),
    "a bad name of ACK's": (ACK.replace("  name: pi\n  virtual", "  name: my pi\n  virtual"), "spec.name = 'my pi': "),
    "the input of a schedule": (json.dumps({**TARGET, "Input": "{"}), "Input = (nothing): must be JSON"),
    "a boolean in YAML": (
        CLI_YAML.replace("spark.driver.memory: 2G", "spark.dynamicAllocation.enabled: true"),
        "spark.dynamicAllocation.enabled = true: must be text",
    ),
    "what is empty": (
        json.dumps({**PI, "clientToken": "", "jobTemplateId": ""}),
        "2 texts are empty, which the AWS CLI refuses: clientToken, jobTemplateId. Fill them in, or remove them.",
    ),
    "the third of a list": (json.dumps([PI, PI, {**PI, "nme": "a"}]), "[2].nme = 'a': unknown key"),
    "too deep": ("[" * 100_000, "nested too deep"),
    "a key twice in JSON": (
        json.dumps(PI).replace('"releaseLabel"', '"releaseLabel": "emr-6.9.0-latest", "releaseLabel"', 1),
        "the key 'releaseLabel' is there twice in an object",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_one_line_that_names_the_field_as_it_is_written(text: str, words: str) -> None:
    with pytest.raises(RuleError) as refused:
        for one in requests_of_text(text):
            checked(one)
    line = str(finding("FILE", refused.value))
    assert words in line
    assert line.isprintable()


def test_yes_and_dates_are_text_as_the_aws_cli_reads_them() -> None:
    text = CLI_YAML.replace(
        "{spark.driver.memory: 2G}", "{spark.a: yes, spark.b: 2026-01-01, spark.c: 1_000, spark.d: 1:30}"
    )
    (found,) = requests_of_text(text)
    (configuration,) = checked(found)["configurationOverrides"]["applicationConfiguration"]
    assert configuration["properties"] == {
        "spark.a": "yes",
        "spark.b": "2026-01-01",
        "spark.c": "1_000",
        "spark.d": "1:30",
    }


def test_braces_at_the_start_of_yaml_are_yaml_s() -> None:
    (found,) = requests_of_text("{releaseLabel: emr-7.9.0-latest, jobDriver: {}}", is_yaml=True)
    assert found.data["releaseLabel"] == "emr-7.9.0-latest"


# Random requests of botocore's model, written as others write them


def _renamed(value: Any, name: Any) -> Any:
    """Members renamed, and not the keys of properties, tags and parameters."""
    if isinstance(value, dict):
        free = ("properties", "tags", "jobTemplateParameters")
        return {name(key): one if key in free else _renamed(one, name) for key, one in value.items()}
    return [_renamed(one, name) for one in value] if isinstance(value, list) else value


def test_every_request_of_the_service_s_model_is_read_from_every_form() -> None:
    tried = 0

    @RANDOM
    @given(REQUESTS)
    def check(request: dict[str, Any]) -> None:
        nonlocal tried
        pascal = _renamed(request, lambda key: key[0].upper() + key[1:])
        ack = _renamed(request, lambda key: key.replace("Arn", "ARN").replace("Id", "ID").replace("Uri", "URI"))
        airflow = {xform_name(key): value for key, value in request.items()}
        texts = {
            "JSON": json.dumps(request),
            "YAML": yaml.safe_dump(request, default_style='"', allow_unicode=False),
            "JSON in PascalCase": json.dumps({"Type": "Task", "Resource": STATE["Resource"], "Arguments": pascal}),
            "a schedule": json.dumps({**TARGET, "Input": json.dumps(pascal)}),
            "ACK": json.dumps({"apiVersion": "emrcontainers.services.k8s.aws/v1alpha1", "kind": "JobRun", "spec": ack}),
            "Airflow": json.dumps(airflow),
        }
        for form, text in texts.items():
            (found,) = requests_of_text(text)
            assert found.data == request, form
            assert found.ignored == (), form
        tried += 1

    check()
    assert tried >= 100


# Anything in any place


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in parts for place in _places(part, (*path, key)))]


OTHERS: tuple[Any, ...] = (
    *(None, 0, "", "a", "{", "[1", [], ["a"], {}, {"a": None}, {"Ref": "A"}, {"Fn::Sub": []}, {"Fn::Join": [1, [2]]}),
)


def test_no_value_in_any_place_of_any_form_is_more_than_an_error() -> None:
    """Each value of a form replaced by each of other types, as texts and as what they hold."""
    forms = [text for text, _words in FORMS.values()] + list(TEMPLATES.values())
    tried = refused = 0
    for text in forms:
        for number, document in enumerate(documents := documents_of(text)):
            for path in _places(document):
                for other in OTHERS:
                    changed = list(documents)
                    changed[number] = replaced(document, path, other)
                    tried += 1
                    try:
                        for one in requests_of_text("\n".join(map(json.dumps, changed))):
                            understood(one, checked(one))
                    except RuleError as broken:
                        refused += 1
                        assert str(finding("FILE", broken)).isprintable()
    assert tried > 5_000
    assert refused > 1_000
