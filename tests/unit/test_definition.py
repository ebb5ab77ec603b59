"""The other parts of a StartJobRun request."""

import shlex
from pathlib import Path

import pytest

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.definition import DeployedVirtualCluster, define, placeholders_of
from emr_eks_placement.environment import NodeGroup
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.facts import emr
from emr_eks_placement.job.job import Job, LocalFile
from emr_eks_placement.job.modes import placement
from tests.unit.environments import REPOSITORY, TEXT, data, environment
from tests.unit.read_back import DEPLOYED, NO_LOGS
from tests.unit.sizes import job

FILE = LocalFile(path=Path("count.py"), key="job-files/0123/count.py")


def submit(sized: Job, deployed: DeployedVirtualCluster = DEPLOYED) -> dict[str, object]:
    request = define(sized, placement("fargate"), environment(), virtual_cluster="spark", deployed=deployed).request
    parameters: dict[str, object] = request["jobDriver"]["sparkSubmitJobDriver"]
    return parameters


def test_uploaded_files_are_named_by_their_objects() -> None:
    assert submit(job(entry_point=FILE, arguments=["--trips", FILE, "s3://trips/"])) == {
        "entryPoint": "s3://jobs-bucket/job-files/0123/count.py",
        "entryPointArguments": ["--trips", "s3://jobs-bucket/job-files/0123/count.py", "s3://trips/"],
        "sparkSubmitParameters": submit(job())["sparkSubmitParameters"],
    }


def test_main_class_and_sizes_are_in_the_submit_parameters() -> None:
    sized = job(
        entry_point="s3://jobs/app.jar",
        main_class="com.example.Main",
        driver={"memory_overhead": "1g"},
        executors={"cores": 3, "instances": 7, "memory_overhead": "2g"},
    )
    words = shlex.split(str(submit(sized)["sparkSubmitParameters"]))
    assert words[:2] == ["--class", "com.example.Main"]
    assert set(words[3::2]) == {
        *("spark.driver.cores=1", "spark.driver.memory=1g", "spark.driver.memoryOverhead=1g", "spark.executor.cores=3"),
        *("spark.executor.memory=1g", "spark.executor.memoryOverhead=2g", "spark.executor.instances=7"),
    }


def test_the_submit_parameters_are_quoted_for_a_shell() -> None:
    words = shlex.split(str(submit(job(main_class="com.example.It's $HOME"))["sparkSubmitParameters"]))
    assert words[:3] == ["--class", "com.example.It's $HOME", "--conf"]


def test_what_is_not_given_is_not_said() -> None:
    request = define(
        job(), placement("fargate-executors"), environment(), virtual_cluster="spark", deployed=NO_LOGS
    ).request
    assert request["configurationOverrides"].keys() == {"applicationConfiguration"}
    assert [part["classification"] for part in request["configurationOverrides"]["applicationConfiguration"]] == [
        "spark-defaults"
    ]
    assert "entryPointArguments" not in request["jobDriver"]["sparkSubmitJobDriver"]
    assert "instances" not in request["jobDriver"]["sparkSubmitJobDriver"]["sparkSubmitParameters"]


@pytest.mark.parametrize(("kept", "monitoring"), [(True, {}), (False, {"persistentAppUI": "DISABLED"})])
def test_emr_keeps_the_spark_ui_unless_the_virtual_cluster_switches_it_off(
    kept: bool, monitoring: dict[str, str]
) -> None:
    settings = data()
    settings["virtual_clusters"]["spark"]["logs"] = {"persistent_app_ui": kept}
    where = environment(virtual_clusters=settings["virtual_clusters"])
    request = define(job(), placement("fargate"), where, virtual_cluster="spark", deployed=NO_LOGS).request
    assert request["configurationOverrides"].get("monitoringConfiguration", {}) == monitoring


def test_logs_go_under_the_job_s_name() -> None:
    request = define(job(), placement("fargate"), environment(), virtual_cluster="spark", deployed=DEPLOYED).request
    assert request["configurationOverrides"]["monitoringConfiguration"] == {
        "cloudWatchMonitoringConfiguration": {"logGroupName": "/jobs", "logStreamNamePrefix": "count"},
        "s3MonitoringConfiguration": {"logUri": "s3://jobs-bucket/logs/"},
    }


def test_executors_with_logging_need_room_for_its_sidecar() -> None:
    # 118 GiB, 1600 MiB and Fargate's own 256 MiB leave 192 MiB of its 120 GB.
    sized = job(entry_point="s3://jobs/app.jar", executors={"memory": "118g", "memory_overhead": "1600m"})
    define(sized, placement("fargate"), environment(), virtual_cluster="spark", deployed=NO_LOGS)
    with pytest.raises(RuleError, match="exceeds the largest Fargate pod"):
        define(sized, placement("fargate"), environment(), virtual_cluster="spark", deployed=DEPLOYED)


def test_a_virtual_cluster_that_the_environment_has_not_is_refused() -> None:
    with pytest.raises(RuleError, match="virtual clusters are spark"):
        define(job(), placement("fargate"), environment(), virtual_cluster="sparc")


def test_a_key_too_long_for_an_entry_point_is_refused() -> None:
    with pytest.raises(ValueError, match=f"must have 1 to {emr.LONGEST_ENTRY_POINT} characters"):
        job(entry_point=LocalFile(path=Path("a"), key="k" * (emr.LONGEST_ENTRY_POINT - 68)))


@pytest.mark.parametrize("file", sorted((REPOSITORY / "environments").glob("*.yaml")), ids=lambda file: file.stem)
def test_every_job_of_the_environments_that_ship_can_be_defined(file: Path) -> None:
    loaded = load_environment(file)
    assert loaded.name == file.stem
    for sized in loaded.jobs.values():
        for choice in sized.placements.values():
            definition = define(
                sized,
                choice.placement,
                loaded,
                virtual_cluster=sized.virtual_cluster,
                node_selection=choice.node_selection,
                deployed=placeholders_of("spark"),
            )
            assert definition.request["releaseLabel"] == sized.release_label


@pytest.mark.parametrize("written", ["./count.py", "count.py", "{folder}/count.py"])
def test_files_beside_the_environment_are_uploaded_under_keys_that_name_their_content(
    tmp_path: Path, written: str
) -> None:
    def entry_point(text: str) -> LocalFile:
        (tmp_path / "count.py").write_text(text)
        file = tmp_path / "test.yaml"
        file.write_text(
            TEXT.replace("s3://jobs/count.py", written.format(folder=tmp_path)).replace("s3://trips/", "./count.py")
        )
        [first, second] = load_environment(file).jobs["count"].local_files
        assert first == second
        return first

    one, same, other = entry_point("a"), entry_point("a"), entry_point("b")
    assert one == same
    assert one.key != other.key
    assert one.path == tmp_path / "count.py"
    assert one.key.startswith("job-files/spark/")
    assert one.key.endswith("/count.py")


def test_a_node_group_starts_with_its_least_number_of_nodes_by_default() -> None:
    group = NodeGroup(instance_types=("m6i.large",), min_size=2, max_size=5)
    assert group.initial_size == 2
    assert group.model_copy(update={"desired_size": 4}).initial_size == 4


def test_a_virtual_cluster_has_a_profile_for_any_zone_and_one_for_each_single_zone() -> None:
    profiles = environment(fargate_profiles={"own": {"selectors": [{"namespace": "other"}]}}).profiles()
    assert profiles.keys() == {"own", "spark", "spark-us-east-1a"}
    [any_zone], [single] = profiles["spark"].selectors, profiles["spark-us-east-1a"].selectors
    assert (any_zone.namespace, any_zone.labels) == ("spark-jobs", {"spark-node-placement": "fargate"})
    assert (single.namespace, single.labels) == ("spark-jobs", {"spark-node-placement": "fargate-us-east-1a"})
    assert (profiles["spark"].zones, profiles["spark-us-east-1a"].zones) == ((), ("us-east-1a",))


def test_how_long_a_run_may_take_to_start_is_in_emr_s_own_classification() -> None:
    def timeouts(sized: Job) -> list[dict[str, str]]:
        request = define(sized, placement("fargate"), environment(), virtual_cluster="spark").request
        application = request["configurationOverrides"]["applicationConfiguration"]
        return [one["properties"] for one in application if one["classification"] == "emr-containers-defaults"]

    assert timeouts(job(start_timeout=2700)) == [{"job-start-timeout": "2700"}]
    assert timeouts(job()) == []
