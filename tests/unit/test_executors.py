"""How many executors a request asks for."""

import pytest

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.planning.executors import executor_count
from emr_eks_placement.spark.configuration import spark_configuration
from tests.unit.planned import request

DYNAMIC = "spark.dynamicAllocation."
ON = {f"{DYNAMIC}enabled": "true"}
COUNTS: dict[str, tuple[dict[str, str], str]] = {
    "Spark's default": ({}, "2"),
    "a number": ({"spark.executor.instances": "5"}, "5"),
    "with a sign": ({"spark.executor.instances": "+5"}, "5"),
    "blanks around it in a file": ({"spark.executor.instances": " 5 "}, "5"),
    "the highest bound, which is none": ({**ON, f"{DYNAMIC}maxExecutors": "2147483647"}, "0 or more"),
    "none to begin with": ({**ON, "spark.executor.instances": "0", f"{DYNAMIC}maxExecutors": "3"}, "0-3"),
    "bounds that do not hold": ({f"{DYNAMIC}enabled": "false", f"{DYNAMIC}minExecutors": "7"}, "2"),
    "no bounds": (ON, "0 or more"),
    "a lower bound": ({**ON, f"{DYNAMIC}minExecutors": "3"}, "3 or more"),
    "an upper bound": ({**ON, f"{DYNAMIC}maxExecutors": "3"}, "0-3"),
    "both": ({**ON, f"{DYNAMIC}minExecutors": "3", f"{DYNAMIC}maxExecutors": "8"}, "3-8"),
    "both the same": ({**ON, f"{DYNAMIC}minExecutors": "3", f"{DYNAMIC}maxExecutors": "3"}, "3"),
    "blanks around true": ({f"{DYNAMIC}enabled": " true ", f"{DYNAMIC}maxExecutors": "3"}, "0-3"),
    "true in capitals": ({f"{DYNAMIC}enabled": "TRUE", f"{DYNAMIC}maxExecutors": "3"}, "0-3"),
}


@pytest.mark.parametrize(("spark", "count"), COUNTS.values(), ids=COUNTS.keys())
def test_executors_are_the_instances_or_the_bounds_of_dynamic_allocation(spark: dict[str, str], count: str) -> None:
    assert str(executor_count(spark_configuration(request(spark)))) == count


STARTS: dict[str, tuple[dict[str, str], int]] = {
    "Spark's default": ({}, 2),
    "a number": ({"spark.executor.instances": "5"}, 5),
    "dynamic allocation starts with none": (ON, 0),
    "with its lower bound": ({**ON, f"{DYNAMIC}minExecutors": "3"}, 3),
    "with its own first number": ({**ON, f"{DYNAMIC}minExecutors": "3", f"{DYNAMIC}initialExecutors": "7"}, 7),
    "or with the instances": ({**ON, f"{DYNAMIC}initialExecutors": "7", "spark.executor.instances": "9"}, 9),
    "a first number below the lower bound": ({**ON, f"{DYNAMIC}minExecutors": "3", f"{DYNAMIC}initialExecutors": "1"}, 3),
}  # fmt: skip


@pytest.mark.parametrize(("spark", "initial"), STARTS.values(), ids=STARTS.keys())
def test_a_run_starts_with_the_largest_number_that_is_asked_for(spark: dict[str, str], initial: int) -> None:
    assert executor_count(spark_configuration(request(spark))).initial == initial


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "a word": ({"spark.executor.instances": "two"}, "spark.executor.instances"),
    "below 0": ({"spark.executor.instances": "-1"}, "spark.executor.instances"),
    "none": ({"spark.executor.instances": "0"}, "spark.executor.instances"),
    "an upper bound of none": ({**ON, f"{DYNAMIC}maxExecutors": "0"}, f"{DYNAMIC}maxExecutors"),
    "a lower bound below 0": ({**ON, f"{DYNAMIC}minExecutors": "-1"}, f"{DYNAMIC}minExecutors"),
    "a start above the upper bound": (
        {**ON, f"{DYNAMIC}initialExecutors": "4", f"{DYNAMIC}maxExecutors": "3"}, f"{DYNAMIC}initialExecutors",
    ),
    "instances above the upper bound": (
        {**ON, "spark.executor.instances": "4", f"{DYNAMIC}maxExecutors": "3"}, "spark.executor.instances",
    ),
    "no word for true": ({f"{DYNAMIC}enabled": "yes"}, f"{DYNAMIC}enabled"),
    "more than Java counts": ({**ON, f"{DYNAMIC}maxExecutors": "2147483648"}, f"{DYNAMIC}maxExecutors"),
    "a digit that is none of ASCII": ({"spark.executor.instances": "\u00b2"}, "spark.executor.instances"),
    "the word for no bound": ({**ON, f"{DYNAMIC}maxExecutors": "infinity"}, f"{DYNAMIC}maxExecutors"),
    "a lower bound that is none": ({**ON, f"{DYNAMIC}minExecutors": "1.5"}, f"{DYNAMIC}minExecutors"),
    "bounds that cross": (
        {**ON, f"{DYNAMIC}minExecutors": "3", f"{DYNAMIC}maxExecutors": "2"}, f"{DYNAMIC}maxExecutors",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spark", "name"), WRONG.values(), ids=WRONG.keys())
def test_what_is_no_number_of_executors_is_refused_with_its_property(spark: dict[str, str], name: str) -> None:
    with pytest.raises(RuleError) as refused:
        executor_count(spark_configuration(request(spark)))
    assert refused.value.path == (name,)
