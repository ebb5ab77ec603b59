"""The references in docs/ match the code."""

import re
from pathlib import Path

import pytest

from emr_eks_placement.common.model import Model
from emr_eks_placement.emr.s3_calls import LOG, WRITE, S3Call
from tests.docs_commands import PAGES, blocks
from tests.unit.environments import REPOSITORY
from tools import write_check_docs, write_problem_docs, write_settings_docs

SETTINGS = [(model, name) for model, table in write_settings_docs.tables().items() for name in table.settings]


def test_the_reference_of_problems_is_written_from_the_codes() -> None:
    assert write_problem_docs.FILE.read_text(encoding="utf-8") == write_problem_docs.text(), "make docs"


def test_the_reference_of_settings_is_written_from_the_models() -> None:
    assert write_settings_docs.FILE.read_text(encoding="utf-8") == write_settings_docs.text(), "make docs"


@pytest.mark.parametrize("page", write_check_docs.TABLES, ids=lambda page: page.stem)
def test_the_tables_of_checks_are_written_from_the_checks(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == write_check_docs.text(page), "make docs"


@pytest.mark.parametrize(("model", "name"), SETTINGS)
def test_every_setting_is_described(model: type[Model], name: str) -> None:
    assert model.model_fields[name].description


def test_every_fact_belongs_to_a_rule() -> None:
    rules = [rule for model, name in SETTINGS for rule in write_settings_docs.rules_of(model, name)]
    assert not [part for part in write_settings_docs.facts() if not any(part in rule for rule in rules)]


def test_no_limit_is_about_a_value_of_the_sample() -> None:
    limits = [
        write_settings_docs.fact_of(rule)
        for model, name in SETTINGS
        for rule in write_settings_docs.rules_of(model, name)
    ]
    assert not [
        limit for limit in limits if re.search(r"us-east-1|spark-a|m6i|must |there already|\bhere\b|this one", limit)
    ]


def test_every_model_of_the_reference_has_a_heading() -> None:
    text = write_settings_docs.text()
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) == {
        heading.lower() for heading in re.findall(r"^## (.+)$", text, re.MULTILINE) if heading != "Environment"
    }


def test_a_rule_is_listed_where_it_is_declared_and_inherited() -> None:
    models = {model.__name__: model for model in write_settings_docs.tables()}
    assert write_settings_docs.rules_of(models["Driver"], "memory") == write_settings_docs.rules_of(
        models["Executors"], "memory"
    )


def test_a_rule_with_its_text_describes_what_it_checks() -> None:
    models = {model.__name__: model for model in write_settings_docs.tables()}
    assert write_settings_docs.rules_of(models["NodeGroup"], "disk_gib") == [
        "must be from 20 to 16384 GiB (EBS gp3 volumes; the AL2023 image needs 20)"
    ]


@pytest.mark.parametrize("call", [*WRITE, *LOG], ids=lambda call: f"{call.operation}-{call.action}")
def test_what_a_jobs_role_needs_is_what_jobs_call(call: S3Call) -> None:
    (rows,) = re.findall(r"\n\| a job \|.*?\n\n", (REPOSITORY / "docs/job-roles.md").read_text(), re.DOTALL)
    (_, *lines) = [row.split("|") for row in rows.splitlines() if call.operation in row or row.startswith("| a job")]
    assert any(call.action in actions for _, _, _, actions, _, _ in lines), (call.operation, call.action)


@pytest.mark.parametrize("page", PAGES)
def test_the_first_paragraph_of_a_page_describes_the_page(page: str) -> None:
    """With the page itself, or the command or the reader that it is about, and before anything else."""
    title, first, *_ = (REPOSITORY / page).read_text(encoding="utf-8").split("\n\n")
    assert title.startswith("# ")
    assert re.search(r"\bThis page\b|^`emr-placement \w|\byou\b|^Deploy ", first), first
    assert not re.search(r"\b(each|it|they|this|these)\b", first.split(maxsplit=3)[0]), first
    assert len(first.splitlines()) <= 5, first


def test_the_operator_of_the_page_of_consumers_is_the_one_that_a_dag_runs() -> None:
    (shown,) = [one.text for one in blocks("docs/consumers.md") if one.language == "py" and "EmrContainer" in one.text]
    (line,) = [line.strip() for line in shown.splitlines() if "re.sub" in line]
    assert line in (REPOSITORY / "tests/deployed/consumers/airflow_dag.py").read_text(encoding="utf-8")
