"""Each command of the pages that needs a deployed environment runs on one, from the first deployment to the deletion.

The tests build on each other: the first deploys, the last deletes.
"""

import json
from types import SimpleNamespace

import pytest

from tests.deployed.docs.conftest import World, describe
from tests.docs_commands import PAGES, Command, blocks, commands, differences

LIFE = ("README.md", "docs/deploy.md")
"""The pages that deploy, and delete."""
DEPLOYED = {page: [one for one in commands(page) if one.kind == "deployed"] for page in PAGES}


def check(world: World, asked: list[Command]) -> None:
    """Each ends well, and prints what the page shows."""
    ran = world.run(*(command.text for command in asked))
    for command, one in zip(asked, ran, strict=True):
        assert one.status == 0, f"{command.page}:{command.line}: {command.text}\n{one.output}"
        if command.shown is not None:
            found = differences(command, one.output)
            assert not found, "\n".join(found)


def test_the_readme_s_commands_deploy_and_run_a_job(world: World) -> None:
    until = [one for one in DEPLOYED["README.md"] if not one.text.startswith("make destroy")]
    check(world, until)
    describe(world)


# That of environments synthesizes another app, which later pages would find in cdk.out.
@pytest.mark.parametrize(
    "page",
    sorted(
        (page for page in PAGES if DEPLOYED[page] and page not in LIFE), key=lambda page: page == "docs/environments.md"
    ),
)
def test_the_commands_of_a_page_run(world: World, page: str) -> None:
    check(world, DEPLOYED[page])


def test_the_python_of_the_page_of_consumers_starts_a_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    emr, started = world.client("emr-containers"), []
    monkeypatch.setattr(emr, "start_job_run", lambda **request: started.append(request))
    session = SimpleNamespace(client={"emr-containers": emr}.__getitem__)
    (python,) = [
        block.text for block in blocks("docs/consumers.md") if block.language == "py" and "boto3" in block.text
    ]
    exec(python, {"json": json, "boto3": session, "ssm": world.client("ssm")})  # noqa: S102 - our own page
    assert started == [json.loads((world.folder / "job-run.json").read_text())]


def test_the_index_in_the_bucket_is_that_of_the_page_of_consumers(world: World) -> None:
    (shown,) = [json.loads(block.text) for block in blocks("docs/consumers.md") if block.language == "json"]
    index = world.client("s3").get_object(
        Bucket=world.names["s3://BUCKET"].removeprefix("s3://"), Key="job-runs/index.json"
    )
    found = json.loads(index["Body"].read())
    assert found.keys() == shown.keys()
    (page,) = shown["definitions"]
    (own,) = [one for one in found["definitions"] if (one["job"], one["placement"]) == (page["job"], page["placement"])]
    assert own.keys() == page.keys()
    assert not [name for name, text in page.items() if not own[name].startswith(text.removesuffix("…"))]


def test_the_steps_of_the_page_of_deployments_are_those_of_make_and_leave_nothing(world: World) -> None:
    made, steps = (
        [one for one in DEPLOYED["docs/deploy.md"] if one.text.startswith("make ") == is_made]
        for is_made in (True, False)
    )
    check(world, steps)
    stacks = world.client("cloudformation").describe_stacks()["Stacks"]
    assert [stack["StackName"] for stack in stacks] == ["CDKToolkit"]
    assert {one.name for one in made} == {one.name for one in DEPLOYED["README.md"] if one.text.startswith("make ")}
    check(world, [one for one in made if one.text.startswith("make destroy")])
