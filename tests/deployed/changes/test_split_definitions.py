"""Definitions that get stacks of their own, more of them and none again, in an environment that is deployed."""

import json
from typing import Any

from tests.deployed.changes.environment_changes import NAME, ChangingEnvironment, Outcome, run_app

_PARAMETER, _TEMPLATE = "AWS::SSM::Parameter", "AWS::EMRContainers::JobTemplate"
_FOLDER = f"/emr-eks-placement/{NAME}/job-runs"
_OWN = [f"{NAME}-job-runs-science-{number}" for number in (1, 2)]


def _parameters(deployed: ChangingEnvironment) -> dict[str, str]:
    pages = deployed.local.session.client("ssm").get_paginator("get_parameters_by_path")
    found = [one for page in pages.paginate(Path=_FOLDER, Recursive=True) for one in page["Parameters"]]
    return {one["Name"].removeprefix(f"{_FOLDER}/"): one["Value"] for one in found}


def _templates(deployed: ChangingEnvironment) -> set[str]:
    pages = deployed.local.session.client("emr-containers").get_paginator("list_job_templates").paginate()
    return {str(one["name"]) for page in pages for one in page["templates"] if str(one["name"]).startswith(NAME)}


def _files(deployed: ChangingEnvironment) -> dict[str, str]:
    (bucket,) = deployed.physical_ids("AWS::S3::Bucket")
    s3 = deployed.local.session.client("s3")
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys}


def _homes(deployed: ChangingEnvironment) -> dict[str, set[str]]:
    """The stacks that have parameters, and which jobs' these are."""
    homes: dict[str, set[str]] = {}
    for stack, resources in deployed.templates().items():
        for resource in resources.values():
            if resource["Type"] == _PARAMETER and resource["Properties"].get("Name", "").startswith(_FOLDER):
                homes.setdefault(stack, set()).add(resource["Properties"]["Name"].split("/")[-2])
    return homes


def _jobs(deployed: ChangingEnvironment, edit: Any = None, number: int | None = None) -> Outcome:
    def change(data: dict[str, Any]) -> None:
        data["virtual_clusters"]["science"].pop("definition_stacks", None)
        if number:
            data["virtual_clusters"]["science"]["definition_stacks"] = number
        if edit:
            edit(data["jobs"])

    return deployed.change(change)


def test_an_environment_with_an_output_for_each_definition_loses_only_these(deployed: ChangingEnvironment) -> None:
    """As it was deployed before the commands went to the index."""
    before = _parameters(deployed), _templates(deployed), _files(deployed)
    cloudformation, stack = deployed.local.session.client("cloudformation"), f"{NAME}-job-runs"
    old: Any = cloudformation.get_template(StackName=stack)["TemplateBody"]
    old["Outputs"] = {"StartTripsFargate": {"Value": "aws emr-containers start-job-run"}}
    for resource in old["Resources"].values():
        if resource["Type"] == _PARAMETER:
            resource["Properties"]["Description"] = "as before"
    body = json.dumps(old, separators=(",", ":"))
    cloudformation.update_stack(StackName=stack, TemplateBody=body, Capabilities=["CAPABILITY_IAM"])
    deployed.wait_for(stack, "UPDATE_COMPLETE")
    assert cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    outcome = deployed.deploy()
    assert outcome == Outcome(updated=outcome.of(_PARAMETER).updated)
    assert not cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("Outputs")
    assert (_parameters(deployed), _templates(deployed), _files(deployed)) == before


def test_stacks_of_their_own_are_one_deployment_without_loss(deployed: ChangingEnvironment) -> None:
    def four_more(jobs: dict[str, Any]) -> None:
        jobs |= {f"trips-{number}": jobs["trips"] for number in range(4)}

    _jobs(deployed, four_more)
    parameters, templates, files = _parameters(deployed), _templates(deployed), _files(deployed)
    jobs = {job for one in _homes(deployed).values() for job in one}
    assert set(_homes(deployed)) == {f"{NAME}-job-runs"}
    _jobs(deployed, number=2)
    homes = _homes(deployed)
    assert set(homes) - {f"{NAME}-job-runs"} == set(_OWN)
    assert sorted(job for one in homes.values() for job in one) == sorted(jobs)
    assert _parameters(deployed) == parameters
    assert _templates(deployed) == templates
    after = _files(deployed)
    assert {key for key in after if key not in files} == {f"job-runs/index-science-{number}.json" for number in (1, 2)}
    assert {key for key in files if after[key] != files[key]} == {"job-runs/index.json"}


def test_one_job_more_touches_one_stack(deployed: ChangingEnvironment) -> None:
    before = {stack: deployed.updated_at(stack) for stack in deployed.deployed_stacks()}
    outcome = _jobs(deployed, lambda jobs: jobs.update(more=jobs["trips"]), 2)
    assert set(outcome.of(_PARAMETER).added) == {"JobRuns/more-in-fargate", "JobRuns/more-in-pinned-driver"}
    assert not outcome.removed and not outcome.replaced
    touched = [stack for stack, time in before.items() if deployed.updated_at(stack) != time]
    assert len(touched) == 1 and touched[0] in _OWN


def test_a_stack_more_takes_some(deployed: ChangingEnvironment) -> None:
    parameters, homes = _parameters(deployed), _homes(deployed)
    _jobs(deployed, number=3)
    assert _parameters(deployed) == parameters
    for stack, jobs in _homes(deployed).items():
        if stack in homes:
            assert jobs <= homes[stack]


def test_fewer_stacks_are_refused_until_they_are_deleted(deployed: ChangingEnvironment) -> None:
    parameters = _parameters(deployed)
    del deployed.data["virtual_clusters"]["science"]["definition_stacks"]
    deployed.write()
    refused = run_app(deployed)
    assert refused.returncode == 2
    stacks = [*_OWN, f"{NAME}-job-runs-science-3"]
    assert f"the stacks {', '.join(stacks)} are deployed" in refused.stderr
    cloudformation = deployed.local.session.client("cloudformation")
    for stack in reversed(stacks):
        cloudformation.delete_stack(StackName=stack)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    allowed = run_app(deployed)
    assert allowed.returncode == 0, allowed.stderr
    _jobs(deployed)
    assert _parameters(deployed) == parameters
    assert set(_homes(deployed)) == {f"{NAME}-job-runs"}

    def as_before(jobs: dict[str, Any]) -> None:
        for name in [name for name in jobs if name == "more" or name.startswith("trips-")]:
            del jobs[name]

    _jobs(deployed, as_before)
