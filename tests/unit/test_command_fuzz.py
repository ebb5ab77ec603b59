"""Whatever the files hold that commands read: exit status 0, 1 or 2, one line an error, little memory, little time.

FUZZ_CASES: how many, of SEED; by default the same few in each run.
"""

import copy
import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from emr_eks_placement.facts.prices import shipped_prices
from tests.unit.limited import Asked, limited
from tests.unit.planned import ON_FARGATE, request
from tests.unit.test_assembly import BASE, HERE, group, profile, virtual_cluster
from tests.unit.test_fuzz import TEMPLATE, change, full_data, places

CASES = int(os.environ.get("FUZZ_CASES", "300"))
SEED = int(os.environ.get("SEED", "1"))
BATCH = 50  # cases of one process
Random = random.Random

SCALARS: list[Any] = [
    *(None, True, False, 0, 1, -1, 17, 10**30, 10**400, 1.5, 1e308, -1e308, float("nan"), float("inf"), -0.0),
    *(
        "",
        " ",
        "0",
        "-1",
        "9" * 400,
        "9" * 5000,
        "1e308",
        "1e999",
        "9" * 20 + "g",
        "1n",
        ".5",
        "1.5Gi",
        "NaN",
        "Infinity",
    ),
    *("a\nb", "\0", "\x1b[31mred", "\u202e", "\u0663g", "ä", "\ud800", "x" * 3000, "*", "*?" * 30, "{", "=", "<<", "!"),
    *(
        "./",
        "../x\0",
        "./none.yaml",
        "/dev/zero",
        "s3://",
        "s3://b/k",
        "arn:aws:iam::111122223333:role/a",
        "us-east-1a",
    ),
    *(
        "${Token[TOKEN.1]}",
        "${a}",
        "<placeholder>",
        "<virtual-cluster-id of x>",
        "fargate",
        "ec2",
        "spot",
        "emr-6.2.0-latest",
    ),
    *(
        "m6i.large",
        "1.35",
        "NoSchedule",
        "Exists",
        "spark-conf",
        "spark.executor.instances=" + "9" * 5000,
        "--conf",
        "'",
    ),
    *("--conf spark.executor.instances=1e9 --conf x", "Fn::GetAtt", "AWS::NoValue"),
]
KEYS = [
    "",
    "name",
    "mode",
    "zone",
    "resources",
    "spec",
    "Ref",
    "Fn::GetAtt",
    "Fn::If",
    "\0",
    "\x1b",
    "9" * 30,
    "spark.a",
    "<<",
]


def any_value(chance: Random, depth: int = 2) -> Any:
    kind = chance.random()
    if depth == 0 or kind < 0.7:
        return chance.choice(SCALARS)
    if kind < 0.85:
        return [any_value(chance, depth - 1) for _ in range(chance.randint(0, 3))]
    return {chance.choice(KEYS): any_value(chance, depth - 1) for _ in range(chance.randint(0, 3))}


def changed(data: Any, chance: Random) -> Any:
    """With a few values deleted, replaced, added, or held by themselves."""
    made = copy.deepcopy(data)
    where = list(places(data))
    for _ in range(chance.randint(1, 4)):
        how = chance.choice(["delete", "replace", "replace", "insert", "copy", "null"])
        value = None if how == "null" else any_value(chance)
        change(made, chance.choice(where), "replace" if how == "null" else how, chance.choice(KEYS), value)
    return made


PIECES = [b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\x1b[2J", "\u202e".encode(), b"{", b"[" * 200, b"]", b"&a", b"*a", b"<<: *a",
          b"- ", b": ", b"\n", b"\r", b"\t", b"---\n", b"!!binary ", b"!!set", b"? ", b"'", b'"', b"\\u", b"#", b"1" * 5000,
          b"1e999", b"0x" + b"f" * 5000, b"1:59:59", b"null", b"%YAML 1.1\n", b"2024-13-45", b"\xef\xbb\xbf"]  # fmt: skip


def garbled(content: bytes, chance: Random) -> bytes:
    """Bytes deleted, added, repeated, changed, or all of them replaced."""
    if chance.random() < 0.05:
        return chance.randbytes(chance.randint(0, 200))
    made = bytearray(content)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(made) + 1)
        end = min(len(made), at + chance.choice([1, 1, 5, 100, 10_000]))
        match chance.randrange(4):
            case 0:
                del made[at:end]
            case 1:
                made[at:at] = chance.choice(PIECES)
            case 2:
                made[at:at] = made[at:end]
            case 3:
                made[at : at + 1] = chance.randbytes(1)
    return bytes(made)


def as_yaml(data: Any) -> bytes:
    return yaml.safe_dump(data).encode(errors="surrogatepass")


def as_json(data: Any) -> bytes:
    return json.dumps(data).encode()


def as_lines(data: Any) -> bytes:
    lines = data if isinstance(data, list) else [data]
    return b"\n".join(map(as_json, lines))


PLANNED = request({**ON_FARGATE, "spark.executor.instances": "3"}, parameters="--conf spark.executor.memory=2g")
TEMPLATED = copy.deepcopy(PLANNED)
TEMPLATED["configurationOverrides"]["applicationConfiguration"][0]["properties"] |= {
    f"spark.kubernetes.{role}.podTemplateFile": "s3://t/template.yaml" for role in ("driver", "executor")
}
OUTPUTS = {"good-virtual-clusters": {"BucketName": "my-bucket", "SparkVirtualClusterId": "abc",
                                      "SparkExecutionRoleArn": "arn:aws:iam::111122223333:role/a"}}  # fmt: skip
MANIFEST = {"version": "48.0.0", "artifacts": {"Main": {
    "type": "aws:cloudformation:stack", "environment": HERE, "properties": {"templateFile": "Main.template.json"}}}}  # fmt: skip
SCALING = {"MinSize": 0, "MaxSize": 3, "DesiredSize": 0}
STACK = {"Resources": {**BASE, "Group": group(InstanceTypes=["m6i.large"], ScalingConfig=SCALING),
                       "Profile": profile(), "Spark": virtual_cluster()}}  # fmt: skip
FLEET = [{"job": "count", "arguments": ["a"], "conf": {"spark.a": "b"}}, {"request": PLANNED, "run_name": "a"}]

# A file's name, what it holds if nothing is wrong, how it is written, and the command that reads it.
Reads = tuple[str, Any, Callable[[Any], bytes], list[str]]
READS: list[Reads] = [
    ("dev.yaml", full_data(), as_yaml, ["plan", "-e", "{}/dev.yaml"]),
    ("dev.yaml", full_data(), as_yaml, ["define", "-e", "{}/dev.yaml", "-o", "{}/out"]),
    ("dev.yaml", full_data(), as_yaml, ["cost", "-e", "{}/dev.yaml", "--duration", "1h"]),
    ("dev.yaml", full_data(), as_yaml, ["review", "{}/good.yaml", "{}/dev.yaml", "--no-resources"]),
    ("dev.yaml", full_data(), as_yaml, ["start-commands", "-e", "{}/dev.yaml"]),
    ("dev.yaml", full_data(), as_yaml, ["doctor", "-e", "{}/dev.yaml"]),
    ("request.json", PLANNED, as_json, ["plan", "-e", "{}/good.yaml", "{}/request.json"]),
    ("request.json", PLANNED, as_json, ["plan", "-e", "{}/good.yaml", "{}/request.json", "--output", "json"]),
    ("request.yaml", PLANNED, as_yaml, ["plan", "-e", "{}/good.yaml", "{}/request.yaml", "--output", "markdown"]),
    ("request.json", PLANNED, as_json, ["cost", "-e", "{}/good.yaml", "{}/request.json"]),
    ("template.yaml", TEMPLATE, as_yaml, ["plan", "-e", "{}/good.yaml", "{}/templated.json"]),
    ("template.yaml", TEMPLATE, as_json, ["plan", "-e", "{}/good.yaml", "{}/templated.json", "--pod-templates", "{}"]),
    ("outputs.json", OUTPUTS, as_json, ["define", "-e", "{}/good.yaml", "--outputs", "{}/outputs.json", "-o", "{}/out"]),
    ("us-east-1.json", shipped_prices("us-east-1").model_dump(mode="json"), as_json,
     ["cost", "-e", "{}/good.yaml", "--prices", "{}"]),
    ("manifest.json", MANIFEST, as_json, ["plan", "--assembly", "{}", "{}/good.json"]),
    ("Main.template.json", STACK, as_json, ["plan", "--assembly", "{}", "{}/good.json"]),
    ("Main.template.json", STACK, as_json, ["deployer-policy", "--assembly", "{}", "-o", "{}/out"]),
    ("fleet.jsonl", FLEET, as_lines, ["submit-many", "{}/fleet.jsonl", "-e", "{}/good.yaml", "--journal", "{}/journal"]),
    ("-", PLANNED, as_json, ["plan", "-e", "{}/good.yaml", "-"]),
]  # fmt: skip


def write_good(folder: Path) -> None:
    (folder / "good.yaml").write_bytes(as_yaml(full_data()))
    (folder / "good.json").write_bytes(as_json(PLANNED))
    (folder / "templated.json").write_bytes(as_json(TEMPLATED))
    (folder / "template.yaml").write_bytes(as_yaml(TEMPLATE))
    (folder / "manifest.json").write_bytes(as_json(MANIFEST))
    (folder / "Main.template.json").write_bytes(as_json(STACK))


def case(folder: Path, reads: Reads, content: bytes) -> Asked:
    name, _data, _write, command = reads
    folder.mkdir(parents=True)
    write_good(folder)
    (folder / "stdin").touch()
    (folder / ("stdin" if name == "-" else name)).write_bytes(content)
    return Asked([word.replace("{}", str(folder)) for word in command], stdin_file=str(folder / "stdin"))


def cases(folder: Path, numbers: range) -> Iterator[Asked]:
    for number in numbers:
        chance = random.Random(f"{SEED}/{number}")  # noqa: S311 - not for secrets
        reads = READS[number % len(READS)]
        _name, data, write, _command = reads
        raw = chance.random() < 0.4
        content = garbled(write(data), chance) if raw else write(changed(data, chance))
        yield case(folder / str(number), reads, content)


@pytest.mark.parametrize("reads", READS, ids=lambda reads: f"{reads[3][0]} {reads[0]}")
def test_what_is_changed_is_right_before(reads: Reads, tmp_path: Path) -> None:
    [ended] = limited(case(tmp_path / "case", reads, reads[2](reads[1])))
    needs_credentials = reads[3][0] in ("doctor", "submit-many")
    assert (ended.status == 2) == needs_credentials, ended.err
    assert not needs_credentials or "credentials" in ended.err


@pytest.mark.parametrize("batch", range(0, CASES, BATCH))
def test_whatever_is_read_ends_in_a_status_and_a_line(batch: int, tmp_path: Path) -> None:
    limited(*cases(tmp_path, range(batch, min(batch + BATCH, CASES))))
