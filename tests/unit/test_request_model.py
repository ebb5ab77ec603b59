"""The model of StartJobRun held to botocore's, place by place, and plan held to requests that botocore's model makes."""

import copy
import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from emr_eks_placement.common.errors import FieldPath, RuleError, dotted, finding
from emr_eks_placement.emr.placeholders import placeholders_in, placeholders_of
from emr_eks_placement.emr.request_check import check_complete, check_request
from emr_eks_placement.emr.request_model import REQUEST, SHAPES, Many, Pairs, Record, Text, Whole
from emr_eks_placement.environment import capacity_of
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.planning import Plan, plan
from tests.strategies import NAMESPACE, RELEASES
from tests.unit.environments import REPOSITORY

EXAMPLES = os.environ.get("LAW_EXAMPLES")
START = botocore.session.Session().get_service_model("emr-containers").shape_for(REQUEST)
FILLED_IN_LATER = ("virtualClusterId", "clientToken")
FROM_TEMPLATE = ("releaseLabel", "jobDriver")

# The service's model of a value


def violations(shape: Shape, value: Any, path: FieldPath = ()) -> list[FieldPath]:
    """The places of a value that botocore's model of the shape forbids, and the two rules that it leaves to the service."""
    if isinstance(shape, StructureShape):
        return _of_structure(shape, value, path) if isinstance(value, dict) else [path]
    if isinstance(shape, ListShape):
        if not isinstance(value, list) or not _within(shape, len(value)):
            return [path]
        return [one for index, part in enumerate(value) for one in violations(shape.member, part, (*path, index))]
    if isinstance(shape, MapShape):
        if not isinstance(value, dict) or not _within(shape, len(value)):
            return [path]
        return [
            one
            for key, part in value.items()
            for one in (*violations(shape.key, key, (*path, key)), *violations(shape.value, part, (*path, key)))
        ]
    if isinstance(shape, StringShape):
        return [] if isinstance(value, str) and _good_text(shape, value) else [path]
    assert shape.type_name == "integer"
    return [] if isinstance(value, int) and not isinstance(value, bool) and _within(shape, value) else [path]


def _of_structure(shape: StructureShape, value: dict[str, Any], path: FieldPath) -> list[FieldPath]:
    given = {key: part for key, part in value.items() if part is not None}
    required = set(shape.required_members).difference(FILLED_IN_LATER)
    if shape.name == REQUEST and "jobTemplateId" not in given:
        required.update(FROM_TEMPLATE)
    found = [(*path, key) for key in value if key not in shape.members]
    found += [(*path, key) for key in required if key not in given]
    if shape.name == "JobDriver" and len(given) != 1:
        found.append(path)
    for key in given.keys() & shape.members.keys():
        found += violations(shape.members[key], given[key], (*path, key))
    return found


def _within(shape: Shape, size: int) -> bool:
    limits = shape.metadata
    return bool(limits.get("min", size) <= size <= limits.get("max", size))


# Texts that replace others, here only as a whole; and those that are split at blanks, so of any number of lines.
WHOLE = ("<x>", "<execution-role-arn>", "<s3 prefix>", "<Ünicode>", "${Key}", "${Kéy}", "$Key", "${AWS::AccountId}",
         "$(id -u)", "{{ params.x }}", "{% $states.input.x %}", "{% {'a': '100%'}.a %}")  # fmt: skip
OF_LINES = ("SparkSubmitParameters", "SparkSqlParameters")


def _good_text(shape: StringShape, text: str) -> bool:
    if text in WHOLE and shape.name != "TemplateParameterName":
        return bool(len(text) <= shape.metadata.get("max", len(text)))
    pattern = shape.metadata.get("pattern", ".*")
    flags = re.ASCII | (re.DOTALL if shape.name in OF_LINES or "pattern" not in shape.metadata else 0)
    fits = _within(shape, len(text)) and re.fullmatch(pattern, text, flags) is not None
    return fits and (not shape.enum or text in shape.enum)


# The shapes side by side


def service_shapes(shape: Shape, found: dict[str, Shape] | None = None) -> dict[str, Shape]:
    found = {} if found is None else found
    if shape.name not in found:
        found[shape.name] = shape
        for part in _parts(shape).values():
            service_shapes(part, found)
    return found


def _parts(shape: Shape) -> dict[str, Shape]:
    if isinstance(shape, StructureShape):
        return dict(shape.members)
    if isinstance(shape, MapShape):
        return {"key": shape.key, "value": shape.value}
    return {"member": shape.member} if isinstance(shape, ListShape) else {}


SERVICE_SHAPES = service_shapes(START)


def test_every_shape_of_the_service_s_model_is_known_and_no_other() -> None:
    assert SHAPES.keys() == SERVICE_SHAPES.keys()


@pytest.mark.parametrize("name", SERVICE_SHAPES)
def test_a_shape_is_the_service_s(name: str) -> None:
    service, own = SERVICE_SHAPES[name], SHAPES[name]
    limits, parts = service.metadata, {key: part.name for key, part in _parts(service).items()}
    match own:
        case Record():
            assert own.members == parts
            assert set(own.required) == set(service.required_members).difference(FILLED_IN_LATER)
        case Many():
            assert ({"member": own.member}, own.most, None) == (parts, limits.get("max"), limits.get("min"))
        case Pairs():
            assert ({"key": own.key, "value": own.value}, own.most) == (parts, limits.get("max"))
            assert not limits.get("min")
        case Whole():
            assert (own.least, own.most) == (limits.get("min"), limits.get("max"))
        case Text():
            assert (own.least, own.most) == (limits.get("min", 0), limits.get("max"))
            assert isinstance(service, StringShape)
            assert list(own.options) == list(service.enum)
            assert (own.pattern is not None) == ("pattern" in limits)


# A request with every member, changed at one place

STARTS = {
    "IAMRoleArn": "arn:aws:iam::111122223333:role/",
    "KmsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/",
}
ENDS = {"RotationSize": "K"}
FILLING = {"RotationSize": "1"}
TEXTS = (
    *("", " ", "\n", "\t x", "a b", "a\nb", "a\n", "a\r\nb", "a\x00", "x!", "#", "a/b", "A", "é", "\u00a0", "😀", "\ud800"),
    *("1.5MB", "100mb", "1K", "12", "\u0663K", "ENABLED", "Enabled", "DISABLED", "${Key}", "${Kéy}", "$Key"),
    *("arn:aws:iam::111122223333:role/a/b", "arn:aws:iam::1:role/abcdefgh", "arn:aws-cn:iam:::role/team/job-é"),
    *("arn:aws:kms:us-east-1:111122223333:alias/a", "arn:aws:kms::111122223333:key/a b", "emr-7.12.0-latest"),
)  # fmt: skip
OTHER_TYPES: tuple[Any, ...] = (
    None,
    0,
    1,
    -1,
    True,
    1.5,
    2**40,
    "3",
    [],
    ["a"],
    [None],
    [1],
    {},
    {"a": 1},
    {"a": None},
)


def text(shape: Shape, length: int) -> str:
    start, end, filling = STARTS.get(shape.name, ""), ENDS.get(shape.name, ""), FILLING.get(shape.name, "a")
    return start + filling * (length - len(start) - len(end)) + end if length > len(start + end) else "a" * length


def full(shape: Shape, driver: str, depth: int = 0) -> Any:
    if isinstance(shape, StructureShape):
        left_out = {"sparkSubmitJobDriver", "sparkSqlJobDriver"} - {driver}
        left_out |= {"configurations"} if depth > 8 else set()
        left_out |= {"jobTemplateId", "jobTemplateParameters"} if driver == "sparkSubmitJobDriver" else set()
        return {key: full(part, driver, depth + 1) for key, part in shape.members.items() if key not in left_out}
    if isinstance(shape, ListShape):
        return [full(shape.member, driver, depth + 1)]
    if isinstance(shape, MapShape):
        return {full(shape.key, driver, depth + 1): full(shape.value, driver, depth + 1)}
    if isinstance(shape, StringShape):
        return shape.enum[0] if shape.enum else text(shape, len(STARTS.get(shape.name, "")) + 4)
    return 3


FULL = {driver: full(START, driver) for driver in ("sparkSubmitJobDriver", "sparkSqlJobDriver")}


def places(shape: Shape, value: Any, path: FieldPath = ()) -> Iterator[tuple[FieldPath, Shape, Any]]:
    """Every place of a valid value, with its shape and what is there."""
    yield path, shape, value
    if isinstance(shape, StructureShape):
        for key, part in value.items():
            yield from places(shape.members[key], part, (*path, key))
    elif isinstance(shape, ListShape):
        for index, part in enumerate(value):
            yield from places(shape.member, part, (*path, index))
    elif isinstance(shape, MapShape):
        for key, part in value.items():
            yield from places(shape.value, part, (*path, key))


def replaced(request: Any, path: FieldPath, value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(request)
    parent = changed
    for part in path[:-1]:
        parent = parent[part]
    parent[path[-1]] = value
    return changed


def alternatives(shape: Shape, value: Any) -> Iterator[Any]:
    """Valid and invalid values: at the limits of its shape, and past each of them."""
    yield from OTHER_TYPES
    sizes = [limit + step for key, limit in shape.metadata.items() if key in ("min", "max") for step in (-1, 0, 1)]
    if isinstance(shape, StringShape):
        yield from (text(shape, size) for size in sizes if size >= 0)
        yield from (*TEXTS, *shape.enum)
    elif isinstance(shape, ListShape):
        yield from (value * size for size in (0, 2, *sizes) if size >= 0)
    elif isinstance(shape, MapShape):
        one = next(iter(value.values()), "a")
        yield from ({f"a{index}": one for index in range(size)} for size in sizes if size >= 0)
        yield from ({key: one} for key in alternatives(shape.key, "a") if isinstance(key, str))
    elif isinstance(shape, StructureShape):
        yield from ({key: part for key, part in value.items() if key != left_out} for left_out in shape.members)
        yield from ({**value, key: None} for key in shape.members)
        yield from ({**value, key: "a"} for key in ("unknown", next(iter(shape.members)).title(), ""))
    else:
        yield from sizes


def refusal(request: Any) -> RuleError | None:
    try:
        check_request(request)
    except RuleError as broken:
        return broken
    return None


def check_one_line(broken: RuleError) -> None:
    assert str(broken).isprintable(), str(broken)
    line = str(finding("request.json", broken))
    assert line.isprintable(), line
    assert line.startswith("request.json: ")
    assert line.endswith((".", "?"))


def check_verdict(request: Any) -> None:
    expected = violations(START, request)
    broken = refusal(request)
    assert (broken is not None) == bool(expected), (broken, expected)
    if broken is not None:
        assert broken.path in expected, (broken, expected)
        assert re.search(r"\(emr-containers StartJobRunRequest(, \w+)?\)$", broken.rule)
        check_one_line(broken)
    else:
        sent = {"virtualClusterId": "a", "clientToken": "a", **check_request(request)}
        if not any(one.text in WHOLE for one in placeholders_of(sent)):
            report = ParamValidator().validate(sent, START)
            assert not report.has_errors(), report.generate_report()


@pytest.mark.parametrize(
    ("driver", "path"),
    [(driver, path) for driver, request in FULL.items() for path, _, _ in places(START, request)],
    ids=lambda value: dotted(value) if isinstance(value, tuple) else value.removesuffix("JobDriver"),
)
def test_each_place_of_a_request_takes_what_the_service_s_model_takes(driver: str, path: FieldPath) -> None:
    request = FULL[driver]
    assert not violations(START, request)
    assert check_request(request) == request
    shape, value = next((shape, value) for one, shape, value in places(START, request) if one == path)
    for other in alternatives(shape, value):
        check_verdict(replaced(request, path, other))


NONE = ("<>", "< >", "<a", "a>", "<a\n>", "$", "$1", "${}", "${ }", "$()", "{{APP_ID}}", "{{EXECUTOR_ID}}", "${env:HOME}",
        "${system:user.name}", "${spark.app.name}", "{% $x", "{ % $x %}")  # fmt: skip


@pytest.mark.parametrize("path", [one for one, shape, _ in places(START, FULL["sparkSqlJobDriver"])
                                  if isinstance(shape, StringShape)], ids=dotted)  # fmt: skip
def test_a_placeholder_may_be_any_text(path: FieldPath) -> None:
    request = FULL["sparkSqlJobDriver"]
    shape = next(shape for one, shape, _ in places(START, request) if one == path)
    assert isinstance(shape, StringShape)
    for value in (*WHOLE, *NONE):
        broken = refusal(replaced(request, path, value))
        assert (broken is None) == _good_text(shape, value), (value, broken)
    if "max" in shape.metadata:
        assert refusal(replaced(request, path, f"<{'x' * shape.metadata['max']}>")) is not None


ROLE = "arn:aws:iam::111122223333:role/job"
PARTS: dict[str, tuple[str, str, str]] = {
    "an account": ("executionRoleArn", "arn:aws:iam::${ACCOUNT_ID}:role/job", "arn:aws:iam:${ACCOUNT_ID}:role/job"),
    "a role": ("executionRoleArn", "arn:aws:iam::111122223333:role/$ROLE", "arn:aws:iam::111122223333:user/$ROLE"),
    "a role with its kind": (
        "executionRoleArn",
        "arn:aws:iam::111122223333:${ROLE}",
        "arn:aws:s3::111122223333:${ROLE}",
    ),
    "a partition": (
        "executionRoleArn",
        "arn:${AWS::Partition}:iam::<account-id>:role/{{ role }}",
        "a:${X}:iam::<y>:role/z",
    ),
    "a whole by two": ("executionRoleArn", "${PREFIX}${ROLE}", "${PREFIX} ${ROLE}"),
    "a name": ("name", "nightly-${DATE}", "nightly ${DATE}"),
    "an id": ("virtualClusterId", "ab${ID}", "AB${ID}"),
    "a release": ("releaseLabel", "emr-$VERSION-latest", "emr $VERSION"),
}


@pytest.mark.parametrize(("field", "taken", "refused"), PARTS.values(), ids=PARTS.keys())
def test_a_placeholder_may_be_a_part_if_the_rest_is_valid(field: str, taken: str, refused: str) -> None:
    request = {**PLAIN, "executionRoleArn": ROLE}
    assert refusal(request) is None
    assert check_request({**request, field: taken})[field] == taken
    broken = refusal({**request, field: refused})
    assert broken is not None
    assert broken.path == (field,)


# Words

DRIVER = {"sparkSubmitJobDriver": {"entryPoint": "s3://jobs/a.py"}}
PLAIN = {"releaseLabel": "emr-7.12.0-latest", "jobDriver": DRIVER}


def with_monitoring(monitoring: Any) -> dict[str, Any]:
    return {**PLAIN, "configurationOverrides": {"monitoringConfiguration": monitoring}}


SAID: dict[str, tuple[Any, str]] = {
    "a list": ([], "[]: must be a mapping (emr-containers StartJobRunRequest)."),
    "nothing": ({}, "releaseLabel = (nothing): required (emr-containers StartJobRunRequest). Add it."),
    "no driver": (
        {"releaseLabel": "emr-7.12.0-latest", "jobDriver": None},
        "jobDriver = (nothing): required (emr-containers StartJobRunRequest). Add it.",
    ),
    "a slip": ({**PLAIN, "jobdriver": DRIVER}, "Did you mean jobDriver?"),
    "a stranger": ({**PLAIN, "": 1}, "'' = 1: unknown key; known here are name, virtualClusterId, "),
    "two drivers": (
        {**PLAIN, "jobDriver": {**DRIVER, "sparkSqlJobDriver": {}}},
        'jobDriver = ["sparkSubmitJobDriver", "sparkSqlJobDriver"]: must have one of sparkSubmitJobDriver and '
        "sparkSqlJobDriver (emr-containers StartJobRunRequest, JobDriver). Keep one of them.",
    ),
    "a number as text": (
        {**PLAIN, "tags": {"cost.center": 7}},
        "tags.cost.center = 7: must be text (emr-containers StartJobRunRequest, StringEmpty256). Put it in quotes.",
    ),
    "text as a number": (
        {**PLAIN, "retryPolicyConfiguration": {"maxAttempts": "3"}},
        "retryPolicyConfiguration.maxAttempts = '3': must be a whole number (emr-containers StartJobRunRequest, ",
    ),
    "too much": (
        with_monitoring({"containerLogRotationConfiguration": {"rotationSize": "10MB", "maxFilesToKeep": 51}}),
        "maxFilesToKeep = 51: must be from 1 to 50 (emr-containers StartJobRunRequest, MaxFilesToKeep). Lower it.",
    ),
    "an option": (
        with_monitoring({"persistentAppUI": "Disabled"}),
        "must be one of ENABLED, DISABLED (emr-containers StartJobRunRequest, PersistentAppUI). Did you mean DISABLED?",
    ),
    "a long name": (
        {**PLAIN, "name": "a" * 65},
        "has 1 to 64 characters, this has 65 (emr-containers StartJobRunRequest, ResourceNameString). Shorten it.",
    ),
    "a bad name": (
        {**PLAIN, "name": "my job"},
        "name = 'my job': must have only letters, digits and . - _ / # (emr-containers StartJobRunRequest, ",
    ),
    "many tags": (
        {**PLAIN, "tags": {f"a{index}": "a" for index in range(51)}},
        "tags = '51 entries': holds at most 50 entries (emr-containers StartJobRunRequest, TagMap). "
        "Drop some until 50 are left.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("request_", "words"), SAID.values(), ids=SAID.keys())
def test_what_is_wrong_is_said_in_plain_words(request_: Any, words: str) -> None:
    broken = refusal(request_)
    assert broken is not None
    assert words in str(finding("request.json", broken))


def test_nulls_are_left_out_and_the_request_is_not_changed() -> None:
    request = {**PLAIN, "name": None, "configurationOverrides": {"applicationConfiguration": [
        {"classification": "spark-defaults", "properties": None}]}}  # fmt: skip
    before = copy.deepcopy(request)
    checked = check_request(request)
    assert checked == {**PLAIN, "configurationOverrides": {"applicationConfiguration": [
        {"classification": "spark-defaults"}]}}  # fmt: skip
    assert request == before
    assert checked["jobDriver"] is not request["jobDriver"]


def test_nesting_without_end_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    deep: dict[str, Any] = {"classification": "a"}
    for _ in range(400):
        deep = {"classification": "a", "configurations": [deep]}
    for value in ([deep], endless, {"a": endless}):
        broken = refusal({**PLAIN, "configurationOverrides": {"applicationConfiguration": value}})
        assert broken is not None
        assert "levels" in broken.rule
        check_one_line(broken)


def test_a_long_text_is_read_in_no_time() -> None:
    parameters = {"entryPoint": "a", "sparkSubmitParameters": " " * 102399 + "\n"}
    broken = refusal({**PLAIN, "jobDriver": {"sparkSubmitJobDriver": parameters}})
    assert broken is not None
    assert broken.path == ("jobDriver", "sparkSubmitJobDriver", "sparkSubmitParameters")
    for start in ("<", "${", "{{", "{%", "$(", "{"):
        assert placeholders_in(start * 50_000) == []


@pytest.mark.parametrize("given_", [{}, {"releaseLabel": "emr-7.12.0-latest"}, {"jobDriver": DRIVER}])
def test_what_a_job_template_holds_is_asked_for_when_it_is_planned(given_: dict[str, Any]) -> None:
    request = check_request({"jobTemplateId": "0abc", "jobTemplateParameters": {"Size": "4"}, **given_})
    with pytest.raises(
        RuleError, match=r"its describe-job-template answer too, or plan with --cluster, which reads the job template"
    ):
        check_complete(request)


def test_a_complete_request_needs_no_job_template() -> None:
    for request in (PLAIN, {**PLAIN, "jobTemplateId": "0abc"}):
        assert check_complete(request) == request
    with pytest.raises(RuleError, match="required"):
        check_complete({})


# Random requests from the service's model

ROLES = ("driver", "executor")
DRIVER_PROPERTIES, EXECUTOR_PROPERTIES = (
    (
        *(f"spark.{role}.{name}" for name in (
            "cores", "memory", "memoryOverhead", "memoryOverheadFactor", "minMemoryOverhead", "resource.gpu.amount",
            "resource.gpu.vendor")),
        *(f"spark.kubernetes.{role}.{name}" for name in (
            "podTemplateFile", "label.spark-node-placement", "label.eks.amazonaws.com/fargate-profile", "limit.cores",
            "request.cores", "node.selector.topology.kubernetes.io/zone", "node.selector.workload", "scheduler.name",
            "annotation.eks.amazonaws.com/compute-type", "volumes.hostPath.spark-local-dir-1.mount.path",
            "volumes.hostPath.spark-local-dir-1.options.path", "volumes.persistentVolumeClaim.data.mount.path",
            "volumes.persistentVolumeClaim.data.options.claimName")),
    )
    for role in ("driver", "executor")
)  # fmt: skip
SPARK_PROPERTIES = (
    *("spark.executor.instances", "spark.executor.pyspark.memory", "spark.kubernetes.memoryOverheadFactor"),
    *("spark.kubernetes.node.selector.zone", "spark.kubernetes.node.selector.topology.kubernetes.io/zone"),
    *("spark.kubernetes.scheduler.name", "spark.kubernetes.namespace", "spark.kubernetes.container.image"),
    *(f"spark.dynamicAllocation.{name}" for name in ("enabled", "minExecutors", "maxExecutors")),
    *("spark.memory.offHeap.size", "spark.memory.offHeap.enabled"),
)
PROPERTIES = (*DRIVER_PROPERTIES, *EXECUTOR_PROPERTIES, *SPARK_PROPERTIES)
OF_CLASSIFICATION = (
    ("spark-defaults", DRIVER_PROPERTIES),
    ("spark-defaults", EXECUTOR_PROPERTIES),
    ("spark-defaults", SPARK_PROPERTIES),
    ("emr-job-submitter", tuple(f"jobsubmitter.{name}" for name in (
        "node.selector.workload", "node.toleration.workload", "node.toleration.workload.effect", "logging",
        "node.toleration.workload.tolerationSeconds", "label.spark-node-placement", "scheduler.name",
        "logging.request.cores", "logging.request.memory", "annotation.eks.amazonaws.com/compute-type"))),
    ("emr-containers-defaults", (
        "logging.request.cores", "logging.request.memory", "executor.logging", "logging.nativeSidecar")),
    ("spark-log4j2", ("rootLogger.level",)),
)  # fmt: skip
SETTINGS = (
    *("1", "2", "0", "-1", "017", "100m", "4g", "30G", "1500m", "0.2", "1e3", "1e999", "nan", "٣", "²", "9" * 40, "²g"),
    *("true", "TRUE ", "false", "fargate", "fargate-us-east-1a", "us-east-1a", "'us-east-1a'", "spark-executor", "ec2"),
    *("s3://templates/pod.yaml", "nvidia.com", "NoSchedule", "Never", "DISABLED", "ENABLED", "infinity", "OnDemand"),
    *("default-scheduler", "yunikorn", "a b", "a\rb", "\u2028", "x" * 70, "=", '"'),
)  # fmt: skip
OPTIONS = (
    *("--class com.example.Main", "--jars s3://jars/a.jar,s3://jars/b.jar", "--py-files=s3://jobs/lib.zip", "--verbose"),
    *("--driver-memory 4g", "--executor-cores 4", "--num-executors ²", "--packages a:b:1", "--conf", "--conf a", "--cnf a=b"),
    *("'", "--name 'a job'", "local:///a.jar", "-c spark.executor.instances=3"),
)  # fmt: skip


def _texts(shape: StringShape) -> st.SearchStrategy[str]:
    if shape.enum:
        return st.sampled_from(shape.enum)
    pattern = re.compile(shape.metadata["pattern"], re.ASCII)
    return st.from_regex(pattern, fullmatch=True).filter(lambda one: _within(shape, len(one)))


def _parameters(generic: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    conf = st.builds("--conf {}={}".format, st.sampled_from(PROPERTIES), st.sampled_from(SETTINGS))
    options = st.lists(st.one_of(conf, conf, conf, st.sampled_from(OPTIONS)), min_size=1, max_size=5).map(" ".join)
    return st.one_of(options, options, generic)


def _biased(shape: StringShape) -> st.SearchStrategy[str]:
    generic = _texts(shape)
    if shape.name == "ReleaseLabel":
        return st.one_of(st.sampled_from(RELEASES), st.sampled_from(RELEASES), generic)
    if shape.name in ("SparkSubmitParameters", "SparkSqlParameters"):
        return _parameters(generic)
    return generic


def values(shape: Shape, depth: int = 0) -> st.SearchStrategy[Any]:
    """Valid values of a shape."""
    if isinstance(shape, StructureShape):
        return st.one_of(_structures(shape, depth), *(_known_configurations() if shape.name == "Configuration" else ()))
    if isinstance(shape, ListShape):
        return st.just([]) if depth > 6 else st.lists(values(shape.member, depth + 1), max_size=4)
    if isinstance(shape, MapShape):
        return st.dictionaries(values(shape.key), values(shape.value), max_size=4)
    if isinstance(shape, StringShape):
        return _biased(shape)
    return st.integers(shape.metadata.get("min"), shape.metadata.get("max"))


def _known_configurations() -> Iterator[st.SearchStrategy[Any]]:
    """What EMR and this package read of, with values that they understand and such that they don't."""
    for name, known in OF_CLASSIFICATION:
        properties = st.dictionaries(st.sampled_from(known), st.sampled_from(SETTINGS), min_size=1, max_size=6)
        yield st.fixed_dictionaries({"classification": st.just(name), "properties": properties})


def _structures(shape: StructureShape, depth: int) -> st.SearchStrategy[Any]:
    members = {key: values(part, depth + 1) for key, part in shape.members.items()}
    if shape.name == "JobDriver":
        return st.one_of(*(st.fixed_dictionaries({key: part}) for key, part in members.items()))
    always = set(shape.required_members).difference(FILLED_IN_LATER)
    if shape.name == REQUEST:
        always |= {*FROM_TEMPLATE, "configurationOverrides"}
    optional = {key: part for key, part in members.items() if key not in always}
    return st.fixed_dictionaries({key: members[key] for key in sorted(always)}, optional=optional)


REQUESTS = values(START)
RANDOM = settings(
    max_examples=int(EXAMPLES or 150),
    derandomize=EXAMPLES is None,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


class _AnyTemplate(dict[str, Any]):
    """The same simple pod template under any URI."""

    def __missing__(self, uri: str) -> Any:
        names = ("spark-kubernetes-driver", "spark-kubernetes-executor")
        return {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": name} for name in names]}}


def submitted_with(**toleration: str) -> dict[str, Any]:
    properties = {f"jobsubmitter.node.toleration.{key}": value for key, value in toleration.items()}
    application = [{"classification": "emr-job-submitter", "properties": properties}]
    return {**PLAIN, "configurationOverrides": {"applicationConfiguration": application}}


def test_a_request_that_the_service_takes_is_planned_or_refused_in_one_line() -> None:
    capacity = capacity_of(load_environment(REPOSITORY / "environments/dev.yaml"))
    outcomes: Counter[str] = Counter()

    @example(submitted_with(**{"a": "b", "a.effect": "Never"}))
    @example(submitted_with(**{"a": "b", "a.effect": "NoExecute", "a.tolerationSeconds": "5m"}))
    @example(submitted_with(**{"a": "b", "a.effect": "NoSchedule", "a.tolerationSeconds": "5"}))
    @RANDOM
    @given(REQUESTS)
    def check(request: dict[str, Any]) -> None:
        assert not violations(START, request)
        checked = check_request(request)
        assert checked == request
        try:
            made = plan(checked, _AnyTemplate(), capacity, namespace=NAMESPACE)
        except RuleError as broken:
            outcomes["refused"] += 1
            check_one_line(broken)
            return
        outcomes["planned"] += 1
        assert isinstance(made, Plan)
        assert [pod.role for pod in made.pods] == ["submitter", "driver", "executors"]

    check()
    assert outcomes["planned"] > 50, outcomes
    assert outcomes["refused"] > 30, outcomes


@st.composite
def broken_requests(draw: st.DrawFn) -> tuple[dict[str, Any], FieldPath]:
    """A request that is wrong at one place, by the service's model, and that place."""
    request = draw(REQUESTS)
    path, shape, value = draw(st.sampled_from([*places(START, request)]))
    kind = [other for other in alternatives(shape, value) if len(violations(shape, other, path)) == 1]
    changed = replaced(request, path, draw(st.sampled_from(kind)))
    return changed, path


def test_one_broken_place_is_one_refusal_with_its_path() -> None:
    depths: Counter[int] = Counter()

    @RANDOM
    @given(broken_requests())
    def check(case: tuple[dict[str, Any], FieldPath]) -> None:
        request, path = case
        found = violations(START, request)
        if not found:  # what is null in a structure is not there
            return
        broken = refusal(request)
        assert broken is not None
        assert [broken.path] == found
        assert broken.path[: len(path)] == path or broken.path == path[:-1]
        check_one_line(broken)
        depths[len(broken.path)] += 1

    check()
    assert depths.total() > 100, depths
    assert len(depths) > 3, depths  # which cases are drawn depends on the modules that a worker has imported
