"""The lines of a fleet's file: what each may have, and that everything wrong is reported at its line."""

import json
from typing import Any

import pytest

from emr_eks_placement.common.errors import InputError
from emr_eks_placement.submission.fleet_lines import MOST_LINES, FleetLine, read_lines

REQUEST = {
    "releaseLabel": "emr-7.12.0-latest",
    "jobDriver": {"sparkSubmitJobDriver": {"entryPoint": "s3://bucket/job.py"}},
}


def read(*lines: object) -> list[FleetLine]:
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return read_lines("fleet.jsonl", b"\n".join(texts))


def wrong(*lines: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(*lines)
    return str(caught.value).splitlines()


def test_a_line_has_the_options_of_submit() -> None:
    own = {"placement": "cheap", "zone": "us-east-1a", "run_name": "night/1", "arguments": ["--date", "2026-11-24"]}
    (line,) = read({"job": "trip-count", "mode": None, "conf": {"spark.a": "1", "spark.b": "x=y"}, **own})
    assert (line.job, line.placement, line.mode, line.zone) == ("trip-count", "cheap", None, "us-east-1a")
    assert (line.run_name, line.arguments) == ("night/1", ("--date", "2026-11-24"))
    assert line.conf == ("spark.a=1", "spark.b=x=y")


def test_a_line_may_be_a_request() -> None:
    (line,) = read({"request": REQUEST, "run_name": "a"})
    assert line.request == REQUEST
    assert line.job is None


def test_a_request_may_have_any_form_but_is_one() -> None:
    arguments = {"release_label": REQUEST["releaseLabel"], "job_driver": REQUEST["jobDriver"], "deferrable": True}
    (line,) = read({"request": arguments})
    assert line.request == REQUEST
    assert line.read_as == "read as the arguments of Airflow's EmrContainerOperator; ignored: deferrable"
    runs = {"jobRuns": [{"id": "1", **REQUEST}, {"id": "2", **REQUEST}]}
    assert wrong({"request": runs}) == [
        "fleet.jsonl:1: request = (nothing): has 2 requests, and a line starts one. Write a line for each."
    ]
    (said,) = wrong({"request": {**arguments, "release_label": 7}})
    assert said.startswith("fleet.jsonl:1: request.release_label = 7: must be text")


def test_empty_lines_count_but_start_nothing() -> None:
    lines = read_lines("fleet.jsonl", b'\xef\xbb\xbf{"job": "a"}\r\n\n  \n{"job": "b"}\n')
    assert [(line.number, line.job) for line in lines] == [(1, "a"), (4, "b")]


def test_only_a_newline_ends_a_line() -> None:
    (line,) = read('{"job": "a", "arguments": ["one\u2028line\x85"]}'.encode())
    assert line.arguments == ("one\u2028line\x85",)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b'{"job": }', "'{\"job\": }': must be a JSON object: Expecting value, column 9. Write for example "),
        (b"[1]", '[1]: must be a JSON object. Write for example {"job": "trip-count"}.'),
        (b'{"job": "\xff"}', "must be UTF-8 text. Save it as UTF-8."),
        (b'{"job": ' + b"[" * 100_000, "must be a JSON object. Write for example "),
        (b'{"job": ' + b"1" * 5000 + b"}", "must be a JSON object. Write for example "),
        (
            {"jobs": "a"},
            "jobs = 'a': unknown key; known here are job, placement, mode, zone, run_name, arguments, conf, ",
        ),
        ({"mode": "ec2"}, "job = (nothing): names a job of the environment or has a request. Give one of them."),
        ({"job": "a", "request": REQUEST}, "job = (nothing): names a job of the environment or has a request. "),
        ({"request": REQUEST, "zone": "z"}, "zone = 'z': a request contains its placement. Remove it."),
        ({"job": "a", "placement": "p", "mode": "ec2"}, "mode = 'ec2': a placement has its mode. Remove one of them."),
        ({"job": 1}, "job = 1: must be text. Write text in quotes."),
        ({"job": ""}, "job = '': must be text. Write text in quotes."),
        (
            {"job": "a", "run_name": "a b"},
            "run_name = 'a b': 1 to 64 of A-Z, a-z, 0-9, ., -, _, / and # (emr-containers ",
        ),
        ({"job": "a", "arguments": "x"}, "arguments = 'x': must be a list of texts. "),
        ({"job": "a", "arguments": [1]}, "arguments = [1]: must be a list of texts. "),
        ({"job": "a", "conf": ["a=b"]}, 'conf = ["a=b"]: must be a mapping of Spark properties, all texts. '),
        ({"job": "a", "conf": {"a": 4}}, 'conf = {"a": 4}: must be a mapping of Spark properties, all texts. '),
        ({"request": {**REQUEST, "x": 1}}, "request.x = 1: "),
        ({"request": {**REQUEST, "releaseLabel": 7}}, "request.releaseLabel = 7: "),
    ],
)
def test_a_bad_line_is_one_message_at_its_line_and_field(line: object, told: str) -> None:
    (message,) = wrong({"job": "a"}, line)
    assert message.startswith("fleet.jsonl:2: ")
    assert told in message


def test_all_bad_lines_are_reported_in_order_up_to_20() -> None:
    bad: dict[str, Any] = {"job": 1}
    assert [message.split(": ")[0] for message in wrong(bad, {"job": "a"}, bad)] == ["fleet.jsonl:1", "fleet.jsonl:3"]
    messages = wrong(*[bad] * 50)
    assert len(messages) == 21
    assert messages[19].startswith("fleet.jsonl:20: ")
    assert messages[20] == "fleet.jsonl: 30 more lines are wrong. Fix these first."


def test_a_run_name_starts_one_run() -> None:
    named = {"job": "a", "run_name": "x"}
    messages = wrong(named, {"job": "b", "run_name": "y"}, {"job": "b", "run_name": "x"}, named)
    rule = "run_name = 'x': line 1 has this run name already, and a name starts one run. Choose another name, or leave it out."
    assert messages == [f"fleet.jsonl:3: {rule}", f"fleet.jsonl:4: {rule}"]


def test_a_fleet_has_1_to_10_000_runs() -> None:
    assert wrong() == ["fleet.jsonl: '0 lines': a fleet has 1 to 10000 job runs (product limit). Split the file."]
    assert len(read(*[{"job": "a"}] * MOST_LINES)) == MOST_LINES
    assert wrong(*[{"job": "a"}] * (MOST_LINES + 1)) == [
        "fleet.jsonl: '10001 lines': a fleet has 1 to 10000 job runs (product limit). Split the file."
    ]
