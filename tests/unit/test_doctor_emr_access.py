"""Whether EMR gets into its namespaces, as doctor tells it from an access entry, aws-auth and the Kubernetes API's answer."""

import json

import pytest
import yaml

from emr_eks_placement.checks import Check
from emr_eks_placement.checks.deployment.emr_access import EmrAccess, check_emr_access, mapped_user
from tests.unit.environments import environment

EMR = "arn:aws:iam::111122223333:role/AWSServiceRoleForAmazonEMRContainers"
JOBS = "spark-jobs"
BY_ENTRY = EmrAccess({JOBS})
BY_MAPPING = EmrAccess(None, "emr-containers", {JOBS: True})


def checked(access: EmrAccess, emr_access: str | None = None) -> Check:
    target = environment(
        virtual_clusters={"spark": {"namespace": JOBS}}, jobs={}, cluster={"version": "1.35", "emr_access": emr_access}
    )
    (check,) = check_emr_access(target, "c", access)
    return check


@pytest.mark.parametrize(
    ("access", "way"),
    [(BY_ENTRY, "its access entry"), (EmrAccess({"*"}), "its access entry"), (BY_MAPPING, "aws-auth")],
)
def test_emr_reads_the_namespace_by_either_way(access: EmrAccess, way: str) -> None:
    assert checked(access) == Check("emr-access", "ok", f"EMR reads {JOBS} (by {way})")


def test_an_access_entry_for_another_namespace_is_not_enough() -> None:
    check = checked(EmrAccess({"spark-other"}, None, {JOBS: True}))
    assert check.state == "missing"
    assert "an access entry for spark-other only" in check.found
    assert f"Unauthorized to perform read namespace on ({JOBS})" in check.found


def test_without_the_mapping_the_fix_is_the_setting_or_the_command() -> None:
    access = EmrAccess(None, None, {JOBS: True})
    by_setting = checked(access, "cloudformation").fix
    assert "Set cluster.emr_access to aws-auth" in by_setting
    command = f"--cluster c --namespace {JOBS} --service-name emr-containers"
    assert by_setting.endswith(command)
    assert checked(access).fix.startswith("Map it again: eksctl create iamidentitymapping")


def test_a_mapping_to_another_user_is_reported() -> None:
    check = checked(EmrAccess(None, "emr", {JOBS: True}))
    assert "is mapped to emr, not to emr-containers" in check.found
    assert "kubectl edit configmap aws-auth" in check.fix


def test_a_mapping_without_a_role_is_not_enough() -> None:
    check = checked(EmrAccess(None, "emr-containers", {JOBS: False}))
    assert (check.state, "no Role lets the user emr-containers" in check.found) == ("missing", True)


def test_what_can_not_be_read_is_not_taken_for_well() -> None:
    assert checked(EmrAccess(None, not_read="endpoint c can't be reached")).state == "not checked"
    assert checked(EmrAccess({JOBS}, not_read="endpoint c can't be reached")).state == "ok", "the entry is enough"


@pytest.mark.parametrize(
    ("text", "user"),
    [
        (
            yaml.safe_dump([{"rolearn": "a", "username": "b"}, {"rolearn": EMR, "username": "emr-containers"}]),
            "emr-containers",
        ),
        (json.dumps([{"rolearn": EMR, "username": "other"}]), "other"),
        (yaml.safe_dump([{"rolearn": f"{EMR}-2", "username": "emr-containers"}]), None),
        ("", None),
        ("text", None),
    ],
)
def test_the_mapping_is_found_in_map_roles(text: str, user: str | None) -> None:
    assert mapped_user(text) == user


def test_map_roles_that_is_no_yaml_is_not_taken_for_an_empty_one() -> None:
    with pytest.raises(yaml.YAMLError):
        mapped_user("{")
