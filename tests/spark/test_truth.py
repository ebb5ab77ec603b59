"""Spark's truth: the pods predicted from a request are those that real spark-submit and a real driver make of it.

40 random requests by default, always the same; LAW_EXAMPLES=500 takes so many at random, and prints how to repeat one.
"""

import os
import shlex
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from emr_eks_placement.emr.pods import pods_of_request
from emr_eks_placement.emr.request import Request
from emr_eks_placement.facts import emr
from emr_eks_placement.facts.quantities import parse_quantity
from emr_eks_placement.pod_template.rules import MAIN_CONTAINER, TemplateRole
from emr_eks_placement.spark.configuration import spark_configuration
from emr_eks_placement.spark.pods import spark_pod
from emr_eks_placement.spark.resources import SparkRole
from local.emr.pods import as_emr_merges
from local.spark import SparkLauncher

EXAMPLES = os.environ.get("LAW_EXAMPLES")
URI = "s3://templates/{}.yaml"
MAIN: Mapping[SparkRole, str] = {"driver": MAIN_CONTAINER["driver"], "executor": MAIN_CONTAINER["executors"]}
ROLES: tuple[SparkRole, ...] = ("driver", "executor")
BASE = {
    "spark.kubernetes.namespace": "emr-jobs",
    "spark.kubernetes.container.image": "spark:local",
    "spark.executor.instances": "1",
    **{f"spark.kubernetes.{role}.podTemplateContainerName": name for role, name in MAIN.items()},
}

KEYS = st.sampled_from(["team", "spark-node-placement", "example.com/tier", "topology.kubernetes.io/zone"])
VALUES = st.sampled_from(["a", "fargate", "us-east-1a", "x.y_z-1", "0"])
LABELS = st.dictionaries(KEYS, VALUES, max_size=3)
SIZES = st.sampled_from(["1g", "2048m", "3G", "600m", "1500", "5g", " 2gb ", "1073741824b"])
OVERHEADS = st.one_of(SIZES, st.sampled_from(["${spark.driver.memory}", "${spark.yarn.executor.memoryOverhead}", "0"]))
HEAPS = st.sampled_from(["1g", "2048m", "3G", "600m", "5g"])  # a driver refuses executors' heaps without a unit
FACTORS = st.sampled_from(["0.05", "0.2", "0.4", "1.5"])
CPUS = st.sampled_from(["1", "2", "0.5", "1500m"])


def fixed(properties: dict[str, st.SearchStrategy[str]]) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({}, optional=properties)


SIZE_PROPERTIES = fixed(
    {
        "spark.kubernetes.memoryOverheadFactor": FACTORS,
        "spark.memory.offHeap.enabled": st.sampled_from(["true", "false"]),
        "spark.unsafe.offHeap": st.sampled_from(["true", "false"]),
        "spark.yarn.executor.memoryOverhead": SIZES,
        "spark.yarn.driver.memoryOverhead": OVERHEADS,
        "spark.executor.pyspark.memory": SIZES,
        **{
            key.format(role=role): values
            for role in ROLES
            for key, values in {
                "spark.{role}.cores": st.sampled_from(["1", "2", "4"]),
                "spark.{role}.memory": HEAPS,
                "spark.{role}.memoryOverhead": OVERHEADS,
                "spark.{role}.memoryOverheadFactor": FACTORS,
                "spark.kubernetes.{role}.request.cores": CPUS,
                "spark.kubernetes.{role}.limit.cores": st.sampled_from(["4", "5500m"]),
            }.items()
        },
    }
).map(
    lambda found: {
        **found,
        **({"spark.memory.offHeap.size": "1g"} if any("offHeap" in name for name in found) else {}),
        **(
            {"spark.yarn.executor.memoryOverhead": "2g"} if any("${spark.yarn" in one for one in found.values()) else {}
        ),
    }
)


VOLUMES = fixed(
    {
        f"spark.kubernetes.{role}.volumes.{kind}.{name}.{option}": st.just(value)
        for role in ROLES
        for kind, name, option, value in (
            ("hostPath", "disk", "mount.path", "/disk"),
            ("emptyDir", "scratch", "mount.path", "/scratch"),
        )
    }
).map(
    lambda found: {
        **found,
        **{key.replace("mount.path", "options.path"): "/mnt/disk" for key in found if ".hostPath." in key},
    }
)
CLAIM = "spark.kubernetes.executor.volumes.persistentVolumeClaim.shared."
DEVICE = "spark.executor.resource.gpu."
EXTRAS = st.sampled_from(
    [
        *({}, {}, {}),
        {f"{CLAIM}mount.path": "/shared", f"{CLAIM}options.claimName": "shared"},
        {f"{DEVICE}amount": "1", f"{DEVICE}vendor": "nvidia.com"},
    ]
)


@st.composite
def prefixed(draw: st.DrawFn) -> dict[str, str]:
    found: dict[str, str] = {}
    kinds = [f"spark.kubernetes.{role}.{kind}." for role in ROLES for kind in ("label", "annotation", "node.selector")]
    for prefix in (*kinds, "spark.kubernetes.node.selector."):
        found |= {f"{prefix}{key}": value for key, value in draw(LABELS).items()}
    names = fixed({f"spark.kubernetes.{part}scheduler.name": VALUES for part in ("", "driver.", "executor.")})
    return found | draw(names)


@st.composite
def templates(draw: st.DrawFn, role: SparkRole) -> dict[str, Any]:
    amounts = st.fixed_dictionaries(
        {},
        optional={
            "cpu": CPUS, "memory": st.sampled_from(["1Gi", "512Mi"]), "ephemeral-storage": st.sampled_from(["30Gi", "1Gi"]),
        },
    )  # fmt: skip
    resources = st.fixed_dictionaries({}, optional={"requests": amounts, "limits": amounts})
    tolerations = st.lists(
        st.sampled_from(
            [
                {"key": "spot", "operator": "Exists", "effect": "NoSchedule"},
                {"key": "team", "value": "a"},
                {"operator": "Exists"},
            ]
        ),
        max_size=2,
    )
    names = draw(st.lists(st.sampled_from([MAIN[role], "sidecar", "other"]), max_size=3, unique=True))
    optional = {
        "initContainers": [{"name": "init", "image": "init", "resources": draw(resources)}],
        "volumes": [{"name": "data", "hostPath": {"path": "/data"}}],
        "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}],
    }
    terms = [{"matchExpressions": [{"key": "team", "operator": "In", "values": ["a"]}]}]
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}}
    spec: dict[str, Any] = {
        "containers": [{"name": name, "resources": draw(resources)} for name in names],
        "nodeSelector": draw(LABELS),
        "tolerations": draw(tolerations),
        **draw(st.sampled_from([{}, {"affinity": affinity}, {"schedulerName": "yunikorn"}])),
        **{key: optional[key] for key in draw(st.lists(st.sampled_from(sorted(optional)), max_size=2, unique=True))},
    }
    if not names and draw(st.booleans()):
        del spec["containers"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"labels": draw(LABELS), "annotations": draw(LABELS)},
        "spec": spec,
    }


@st.composite
def requests_and_templates(draw: st.DrawFn) -> tuple[dict[str, Any], dict[SparkRole, dict[str, Any]]]:
    """A request whose properties are in spark-defaults, in the parameters, or in both."""
    properties = {**draw(SIZE_PROPERTIES), **draw(prefixed()), **draw(VOLUMES), **draw(EXTRAS)}
    made = {role: draw(templates(role)) for role in ROLES if draw(st.booleans())}
    properties |= {f"spark.kubernetes.{role}.podTemplateFile": URI.format(role) for role in made}
    defaults = dict(BASE)
    words: list[str] = []
    for key, value in properties.items():
        place = draw(st.sampled_from(["defaults", "conf", "both"]))
        if place != "conf":
            defaults[key] = (
                value if place == "defaults" else draw(st.just(value) if "Template" in key else st.just("1"))
            )
        if place != "defaults":
            words += draw(st.sampled_from([["--conf", f"{key}={value}"], [f"--conf={key}={value}"]]))
    words += draw(
        st.sampled_from(
            [[], ["--driver-memory", "3g"], ["--executor-cores=3"], ["--executor-memory", "1g", "--verbose"]]
        )
    )
    entry_point = draw(st.sampled_from(["s3://jobs/count.py", "s3://jobs/app.jar"]))
    words += ["--class", "com.example.Main"] if entry_point.endswith("jar") else []
    driver = {"entryPoint": entry_point, "sparkSubmitParameters": shlex.join(words)}
    request = {
        "releaseLabel": "emr-7.14.0-latest",
        "jobDriver": {"sparkSubmitJobDriver": driver},
        "configurationOverrides": {
            "applicationConfiguration": [{"classification": "spark-defaults", "properties": defaults}]
        },
    }
    return request, made


def real_pods(
    spark: SparkLauncher, request: dict[str, Any], made: Mapping[SparkRole, dict[str, Any]]
) -> dict[SparkRole, dict[str, Any]]:
    """What Spark makes: spark-defaults as configuration, the parameters as its command line."""
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for role, template in made.items():
            files[URI.format(role)] = str(Path(folder, f"{role}.yaml"))
            Path(files[URI.format(role)]).write_text(yaml.safe_dump(template))

        def local(text: str) -> str:
            for uri, file in files.items():
                text = text.replace(uri, file)
            return text

        (application,) = request["configurationOverrides"]["applicationConfiguration"]
        driver = request["jobDriver"]["sparkSubmitJobDriver"]
        submission = spark.submit(
            {key: local(value) for key, value in application["properties"].items()},
            application=driver["entryPoint"],
            parameters=[local(word) for word in shlex.split(driver["sparkSubmitParameters"])],
            name="law",
        )
        (executor,) = spark.start_executors(submission, executors=1)
    return {"driver": submission.driver_pod, "executor": executor}


OWN_LABELS = ("spark-app-", "spark-exec-", "spark-version")
OWN_VOLUMES = ("spark-", "pod-template-", "kube-api-access-")


def essence(pod: Mapping[str, Any]) -> dict[str, Any]:
    """What decides where a pod lands and how large it is; of what tells one run from another, that it is there."""
    metadata, spec = pod["metadata"], pod["spec"]
    labels = {key: "" if key.startswith(OWN_LABELS) else value for key, value in (metadata.get("labels") or {}).items()}
    volumes = {
        volume["name"]: sorted(volume.keys() - {"name"})
        for volume in spec.get("volumes") or []
        if not volume["name"].startswith(OWN_VOLUMES)
    }
    return {
        "labels": labels,
        "annotations": metadata.get("annotations") or {},
        "nodeSelector": spec.get("nodeSelector") or {},
        "tolerations": spec.get("tolerations") or [],
        "affinity": spec.get("affinity") or {},
        "topologySpreadConstraints": spec.get("topologySpreadConstraints") or [],
        "schedulerName": spec.get("schedulerName"),
        "volumes": volumes,
        "containers": sorted(map(_amounts, spec["containers"]), key=lambda one: one[0]),
        "initContainers": list(map(_amounts, spec.get("initContainers") or [])),
    }


def _amounts(container: Mapping[str, Any]) -> tuple[str, dict[tuple[str, str], Any]]:
    resources = container.get("resources") or {}
    found = {
        (kind, resource): parse_quantity(amount)
        for kind in ("requests", "limits")
        for resource, amount in (resources.get(kind) or {}).items()
    }
    return container["name"], found


@settings(
    max_examples=int(EXAMPLES or 40),
    derandomize=EXAMPLES is None,
    deadline=None,
    phases=[Phase.generate] if EXAMPLES is None else [Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    print_blob=True,
)
@given(case=requests_and_templates())
def test_predicted_pods_are_spark_s(
    spark: SparkLauncher, case: tuple[dict[str, Any], dict[SparkRole, dict[str, Any]]]
) -> None:
    request, made = case
    configuration = spark_configuration(request)
    real = real_pods(spark, request, made)
    for role in ROLES:
        event(f"{role} {'with' if role in made else 'without'} template")
        predicted = spark_pod(configuration, role, made.get(role), main_container=MAIN[role])
        assert essence(predicted) == essence(real[role]), role


TEMPLATE_ROLE: Mapping[SparkRole, TemplateRole] = {"driver": "driver", "executor": "executors"}


@settings(
    max_examples=int(EXAMPLES or 15),
    derandomize=EXAMPLES is None,
    deadline=None,
    phases=[Phase.generate] if EXAMPLES is None else [Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    print_blob=True,
)
@given(case=requests_and_templates())
def test_with_emr_s_own_container_every_other_one_of_a_template_is_a_sidecar(
    spark: SparkLauncher, case: tuple[dict[str, Any], dict[SparkRole, dict[str, Any]]]
) -> None:
    """Real Spark is given what EMR merges: the template and Spark's container, which EMR's own template has."""
    request, made = case
    merged = {
        role: yaml.safe_load(as_emr_merges(yaml.safe_dump(template).encode(), TEMPLATE_ROLE[role]))
        for role, template in made.items()
    }
    real = real_pods(spark, request, merged)
    templates = {TEMPLATE_ROLE[role]: template for role, template in made.items()}
    predicted = pods_of_request(Request(request), templates, namespace="emr-jobs")
    for role in ROLES:
        names = [one["name"] for one in (made.get(role, {}).get("spec") or {}).get("containers") or []]
        event(f"{role} {'with' if MAIN[role] in names else 'without'} Spark's container")
        own = [
            one for one in predicted[TEMPLATE_ROLE[role]]["spec"]["containers"] if one["name"] != emr.LOGGING_SIDECAR
        ]
        asked = sorted(map(_amounts, own), key=lambda one: one[0])
        assert asked == essence(real[role])["containers"], role
        assert {name for name, _ in asked} == {*names, MAIN[role]}
