"""State machines, schedules and parameters of jobs in the templates."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import botocore.session
import pytest
from botocore.validate import ParamValidator

from emr_eks_placement.common.errors import RuleError
from stacks import EnvironmentStacks
from tests.changed_environment import changed_environment
from tests.infra.synthesized import Synthesized, cli_context

QUEUE = "arn:aws:sqs:us-east-1:111122223333:not-started"
CONSUMERS: dict[str, Any] = {
    "virtual_clusters": {
        "audit": {"namespace": "spark-audit", "logs": {"retention_days": 90}, "execution_roles": {"reader": {}}}
    },
    "jobs": {
        "report": {
            "virtual_cluster": "spark",
            "entry_point": "s3://example-code/report.py",
            "arguments": ["--day", "${day}", "--rows=${rows}"],
            "spark_conf": {"spark.sql.shuffle.partitions": "${rows}", "spark.app.day": "on ${day}"},
            "parameters": {"day": {"default": "yesterday"}, "rows": {"type": "NUMBER", "default": "100"}},
            "release_label": "emr-7.12.0-latest",
            "driver": {"memory": "2g"},
            "placements": {
                "fargate": {
                    "state_machine": {"timeout_minutes": 90},
                    "schedule": {"expression": "cron(30 3 * * ? *)", "time_zone": "Europe/Berlin"},
                },
                "ec2": {"schedule": {"expression": "rate(6 hours)", "dead_letter_queue_arn": QUEUE}},
                "ec2-paused": {
                    "mode": "ec2",
                    "state_machine": {},
                    "schedule": {"expression": "rate(1 day)", "enabled": False, "flexible_minutes": 15},
                },
                "ec2-alone": {"mode": "ec2"},
            },
        },
        "audit": {
            "virtual_cluster": "audit",
            "execution_role": "reader",
            "entry_point": "s3://example-code/audit.py",
            "release_label": "emr-7.12.0-latest",
            "placements": {"fargate": {"state_machine": {}}},
        },
    },
}
MACHINE = "AWS::StepFunctions::StateMachine"
SCHEDULE = "AWS::Scheduler::Schedule"


@pytest.fixture(scope="module")
def consumed(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    folder = tmp_path_factory.mktemp("consumers")
    environment = changed_environment(folder, **CONSUMERS)
    app = cdk.App(outdir=str(folder / "cdk.out"), context=cli_context(), analytics_reporting=False)
    stacks = EnvironmentStacks(app, environment)
    app.synth()
    return Synthesized(environment, stacks, folder / "cdk.out")


def text(value: Any) -> str:
    """A text of a template, with ids in place of what is known at deployment only."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        return "".join(map(text, value["Fn::Join"][1]))
    if "Fn::GetStackOutput" in value:
        return str(value["Fn::GetStackOutput"]["OutputName"])
    return str(value.get("Ref", value.get("Fn::GetAtt", [""])[0]))


def states(consumed: Synthesized, run: str) -> dict[str, Any]:
    _, machine = consumed.at(f"JobRuns/StateMachines/{run}", MACHINE)
    definition: dict[str, Any] = json.loads(text(machine["Properties"]["DefinitionString"]))
    return definition


def definition(consumed: Synthesized, run: str) -> dict[str, Any]:
    """The definition in the SSM parameter."""
    _, parameter = consumed.at(f"JobRuns/{run}/Resource", "AWS::SSM::Parameter")
    request: dict[str, Any] = json.loads(text(parameter["Properties"]["Value"]))
    return request


def api_names(value: Any) -> Any:
    """The members' names as the API has them."""
    if isinstance(value, list):
        return [api_names(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name[0].lower() + name[1:]: one if name == "Properties" else api_names(one) for name, one in value.items()}


def target(consumed: Synthesized, run: str) -> dict[str, Any]:
    _, schedule = consumed.at(f"JobRuns/Schedules/{run}", SCHEDULE)
    found: dict[str, Any] = schedule["Properties"]["Target"]
    return found


@pytest.mark.parametrize("run", ["report-in-fargate", "audit-in-fargate"])
def test_a_state_machine_runs_the_definition(consumed: Synthesized, run: str) -> None:
    task = states(consumed, run)["States"]["Run"]
    assert task["Resource"].endswith(":states:::emr-containers:startJobRun.sync")
    assert api_names(task["Parameters"]) == definition(consumed, run)


def test_a_state_machine_ends_with_the_cause_of_what_went_wrong(consumed: Synthesized) -> None:
    found = states(consumed, "report-in-fargate")["States"]
    assert [one["Next"] for one in found["Run"]["Catch"]] == ["TimedOut", "Failed"]
    assert found["Failed"]["CausePath"] == "States.Format('report in placement fargate: {}', $.Cause)"
    (retry,) = found["Run"]["Retry"]
    assert {"EMRContainers.TooManyRequestsException", "EmrContainers.InternalServerException"} < set(
        retry["ErrorEquals"]
    )
    assert not [error for error in retry["ErrorEquals"] if error.startswith("States.")]  # a failed job run is no such


def test_only_what_is_asked_for_times_out(consumed: Synthesized) -> None:
    assert states(consumed, "report-in-fargate")["States"]["Run"]["TimeoutSeconds"] == 90 * 60
    untimed = states(consumed, "report-in-ec2-paused")["States"]
    assert "TimeoutSeconds" not in untimed["Run"]
    assert "TimedOut" not in untimed


def test_a_role_runs_jobs_of_its_virtual_cluster_with_their_roles_alone(consumed: Synthesized) -> None:
    _, role = consumed.at("JobRuns/StateMachines/Role-audit/Resource", "AWS::IAM::Role")
    start, follow, _ = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    virtual_cluster = definition(consumed, "audit-in-fargate")["virtualClusterId"]
    assert start["Action"] == "emr-containers:StartJobRun"
    assert text(start["Resource"]).endswith(f":/virtualclusters/{virtual_cluster}")
    (execution_role,) = start["Condition"]["ArnEquals"]["emr-containers:ExecutionRoleArn"]
    assert "ExecutionRolereader" in text(execution_role)
    assert text(follow["Resource"]) == f"{text(start['Resource'])}/jobruns/*"


def test_logs_of_state_machines_stay_as_long_as_those_of_their_jobs(consumed: Synthesized) -> None:
    _, group = consumed.at("JobRuns/StateMachines/LogGroup", "AWS::Logs::LogGroup")
    assert group["Properties"]["RetentionInDays"] == 90


def test_a_schedule_starts_the_state_machine_where_there_is_one(consumed: Synthesized) -> None:
    machine, _ = consumed.at("JobRuns/StateMachines/report-in-fargate", MACHINE)
    assert target(consumed, "report-in-fargate")["Arn"] == {"Fn::GetAtt": [machine, "Arn"]}


def test_a_schedule_starts_the_definition_otherwise_once_each_time(consumed: Synthesized) -> None:
    found = target(consumed, "report-in-ec2")
    assert text(found["Arn"]).endswith(":scheduler:::aws-sdk:emrcontainers:startJobRun")
    assert api_names(json.loads(text(found["Input"]))) == {
        **definition(consumed, "report-in-ec2"),
        "clientToken": "<aws.scheduler.execution-id>",
    }
    assert found["DeadLetterConfig"] == {"Arn": QUEUE}


def test_schedules_are_what_the_api_takes(consumed: Synthesized) -> None:
    model = botocore.session.get_session().get_service_model("scheduler")
    shape = model.operation_model("CreateSchedule").input_shape
    assert shape
    schedules = consumed.properties(SCHEDULE)
    assert [one["State"] for one in schedules] == ["ENABLED", "ENABLED", "DISABLED"]
    for one in schedules:
        filled = {name: text(value) for name, value in one["Target"].items() if name in ("Arn", "RoleArn", "Input")}
        report = ParamValidator().validate({**one, "Target": {**one["Target"], **filled}, "ClientToken": "a"}, shape)
        assert not report.has_errors(), report.generate_report()


def test_a_job_template_has_the_parameters_and_the_definitions_their_defaults(consumed: Synthesized) -> None:
    _, template = consumed.at("JobRuns/report-in-ec2-template", "AWS::EMRContainers::JobTemplate")
    data = template["Properties"]["JobTemplateData"]
    assert data["ParameterConfiguration"] == {
        "day": {"Type": "STRING", "DefaultValue": "yesterday"},
        "rows": {"Type": "NUMBER", "DefaultValue": "100"},
    }
    driver = data["JobDriver"]["SparkSubmitJobDriver"]
    assert driver["EntryPointArguments"] == ["--day", "${day}", "--rows=${rows}"]
    (conf,) = data["ConfigurationOverrides"]["ApplicationConfiguration"]
    assert conf["Properties"] == {"spark.sql.shuffle.partitions": "${rows}", "spark.app.day": "on ${day}"}
    filled = definition(consumed, "report-in-ec2")
    assert filled["jobDriver"]["sparkSubmitJobDriver"]["entryPointArguments"] == ["--day", "yesterday", "--rows=100"]
    (conf,) = filled["configurationOverrides"]["applicationConfiguration"]
    assert conf["properties"] == {"spark.sql.shuffle.partitions": "100", "spark.app.day": "on yesterday"}


def test_nothing_is_there_unless_asked_for(dev: Synthesized) -> None:
    assert not {MACHINE, SCHEDULE} & {resource["Type"] for resource in dev.resources.values()}


@pytest.mark.parametrize(
    ("choices", "rule"),
    [
        ({"state_machine": {}}, "at most 500 resources"),
        ({"schedule": {"expression": "rate(1 day)"}}, "at most 500 resources"),
    ],
)
def test_more_than_a_stack_takes_is_refused(tmp_path: Path, choices: dict[str, Any], rule: str) -> None:
    job = {name: CONSUMERS["jobs"]["report"][name] for name in ("virtual_cluster", "entry_point", "release_label")}
    placements = {f"p{number}": {"mode": "fargate", **choices} for number in range(80)}
    jobs = {name: {**job, "placements": placements} for name in ("a", "b")}
    environment = changed_environment(tmp_path, jobs=jobs)
    with pytest.raises(RuleError) as refused:
        EnvironmentStacks(cdk.App(outdir=str(tmp_path / "cdk.out")), environment)
    assert rule in refused.value.rule
