import pytest

from emr_eks_placement.common.names import base36, physical_name
from emr_eks_placement.definition import output_id


def test_role_names_are_written_as_the_aws_cli_writes_them() -> None:
    assert base36("JobExecutionRoleIRSAv2") == "c7ohmynrs14q04uudoef8n97xdufwajzua"


def test_the_longest_role_name_gives_99_characters() -> None:
    assert len(base36("z" * 64)) == 99


def test_a_name_differs_whenever_a_part_does() -> None:
    parts = [("a", "b-c"), ("a-b", "c"), ("a", "b", "c"), ("x" * 40, "y" * 40, "1"), ("x" * 40, "y" * 40, "2")]
    names = [physical_name(*each) for each in parts]
    assert len(set(names)) == len(parts)
    assert max(len(name) for name in names) <= 64


@pytest.mark.parametrize("longest", [20, 64])
def test_a_name_keeps_to_its_limit(longest: int) -> None:
    assert len(physical_name("production", "reporting-and-more", longest=longest)) <= longest


def test_output_ids_read_well() -> None:
    assert output_id("start", "trip-count", "ec2") == "StartTripCountEc2"
