"""The table of what each configuration entry of Spark does to a plan, against the real jars."""

import json
import re
from importlib.resources import files

import pytest

from emr_eks_placement.planning import CODES
from emr_eks_placement.spark.effects import SINCE_SPARK_4, effect_of, effects
from local.spark.jvm import SparkJvm
from tools.spark_entries import SparkEntries, jar_entries
from tools.update_spark_entries import FILE, text

# What has to do with pods: each of these must be in the table.
OF_PODS = re.compile(
    r"spark\.(?:kubernetes|driver|executor|dynamicAllocation|task|resources|submit|memory)\..+"
    r"|spark\.(?:executorEnv\.|master|remote)"
)


@pytest.fixture(scope="module")
def jars(jvm: SparkJvm) -> SparkEntries:
    return jar_entries(jvm)


def test_the_shipped_list_is_that_of_the_jars(jars: SparkEntries) -> None:
    """make facts writes it."""
    assert FILE.read_text("utf-8") == text(jars)
    assert json.loads(files("emr_eks_placement.facts").joinpath("data/spark_entries.json").read_text("utf-8"))


def test_every_entry_that_has_to_do_with_pods_is_in_the_table(jars: SparkEntries) -> None:
    names = {name for name in jars.names | jars.entries.keys() if OF_PODS.fullmatch(name)}
    assert len(names) > 170
    assert sorted(name for name in names if not effect_of(name) and not effect_of(f"{name.rstrip('.')}.x")) == []


def test_the_table_has_nothing_that_spark_has_not(jars: SparkEntries, jvm: SparkJvm) -> None:
    def device_amount(role: str) -> str:
        made = jvm.run(
            "naming a device", lambda java: java.org.apache.spark.resource.ResourceID(role, "x").amountConf()
        )
        return str(made)

    devices = {device_amount(f"spark.{role}").removesuffix("x.amount") for role in ("driver", "executor", "task")}
    families = {f"{name}." for name in jars.names} | jars.names | devices
    unknown = [
        name for name in effects() if name not in (families if name.endswith(".") else jars.entries.keys() | jars.names)
    ]
    assert unknown == []
    assert not SINCE_SPARK_4.keys() & jars.entries.keys()


def test_a_warned_entry_names_a_code() -> None:
    codes = {effect.why for effect in effects().values() if effect.how == "warned"}
    assert codes <= CODES.keys()
    assert len(codes) > 3
