"""Problems of Spark's configuration: settings that the plan does not model, and settings without the expected effect."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts import emr
from emr_eks_placement.facts.quantities import parse_quantity
from emr_eks_placement.facts.releases import Version
from emr_eks_placement.facts.spark_entries import current_name, version_of
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.executors import DYNAMIC, is_dynamic
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.pod_template.read import ReadTemplate
from emr_eks_placement.pod_template.rules import MAIN_CONTAINER, SPARK_ROLE, TemplateRole
from emr_eks_placement.spark.configuration import SparkConfiguration
from emr_eks_placement.spark.effects import SINCE_SPARK_4, effect_of, names_that_matter
from emr_eks_placement.spark.hints import meant
from emr_eks_placement.spark.pods import TEMPLATE_PROPERTY
from emr_eks_placement.spark.resources import device_amounts, is_true, requests

# Options of sparkSubmitParameters and values of properties that EMR influences; its own values are not reported.
_SET_BY_EMR = ("--master", "--remote", "--deploy-mode", "--properties-file")
_USUAL = {"--deploy-mode": "cluster", "spark.submit.deployMode": "cluster", **emr.CONTAINER_NAMES}
_USUAL_OF_NOT_MODELLED = {
    "spark.kubernetes.allocation.pods.allocator": "direct",
    "spark.streaming.dynamicAllocation.enabled": "false",
}
_BOUNDS = tuple(f"{DYNAMIC}{name}" for name in ("minExecutors", "maxExecutors", "initialExecutors"))
_TRACKING = f"{DYNAMIC}shuffleTracking.enabled"
_SERVICE = "spark.shuffle.service.enabled"
_DISCOVERY_PLUGIN, _RESOURCES_FILE = "spark.resources.discoveryPlugin", "spark.driver.resourcesFile"
_OVERRIDDEN = (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"), ("limits", "cpu"))


def problems_of_spark(spark: SparkConfiguration) -> Iterator[Problem]:
    """Yields problems of the Spark properties and the options of spark-submit."""
    for option, value in spark.options.items():
        if option in _SET_BY_EMR and value != _USUAL.get(option):
            yield Problem("SPARK_SET_BY_EMR", "driver", f"sparkSubmitParameters has {option} {value}")
    for name, value in spark.written.items():
        if not _is_usual(name, spark.release.spark):
            yield from _of_property(spark, name, value)
    for name, reference in spark.unknown.items():
        if name in names_that_matter():
            yield Problem("SPARK_CONF_REFERENCE", _role(name), f"{spark.name_of(name)} refers to ${{{reference}}}")
    yield from _of_dynamic_allocation(spark)
    yield from _of_devices(spark)


@lru_cache(maxsize=10_000)
def _is_usual(name: str, version: Version) -> bool:
    """Returns whether a property has no problem, whatever its value is."""
    effect = effect_of(name)
    warned = effect is not None and effect.how == "warned"
    return not warned and name == current_name(name) and _since(name) <= version and not meant(name)


def _since(name: str) -> Version:
    """Returns the Spark version that added a property which a plan uses; pod templates have a separate problem."""
    if name not in names_that_matter() or name in TEMPLATE_PROPERTY.values():
        return (0,)
    return SINCE_SPARK_4.get(name) or version_of(name)


def _of_property(spark: SparkConfiguration, name: str, value: str) -> Iterator[Problem]:
    current, effect = current_name(name), effect_of(current_name(name))
    role = _role(current)
    if effect and effect.how == "warned" and effect.why == "SPARK_SET_BY_EMR" and value != _USUAL.get(name):
        yield Problem("SPARK_SET_BY_EMR", role, f"{name} is {value}")
    if effect and effect.why == "SPARK_NOT_MODELLED" and value and value.lower() != _USUAL_OF_NOT_MODELLED.get(name):
        yield Problem("SPARK_NOT_MODELLED", role, f"{name} is {value}")
    if effect and effect.why == "SPARK_CONF_IGNORED" and value != _USUAL.get(name):
        yield Problem("SPARK_CONF_IGNORED", role, f"{name} is set")
    if name != current and current in names_that_matter():
        if current in spark.written:
            yield Problem("SPARK_CONF_IGNORED", role, f"{name} is set, but so is {current}, which wins")
        else:
            yield Problem("SPARK_CONF_RENAMED", role, f"{name} is now {current}", own_fix=f"Write {current}")
    since = _since(current)
    if since > spark.release.spark:
        what = f"{name} counts from Spark {'.'.join(map(str, since))}, {spark.release.label} has {_spark(spark)}"
        yield Problem("SPARK_CONF_IGNORED", role, what, own_fix="Raise the release, or remove the property")
    known = meant(name)
    if known:
        yield Problem("SPARK_CONF_UNKNOWN", role, f"{name} is unknown", own_fix=f"Did you mean {known}?")


def _role(name: str) -> Role:
    return "executors" if name.startswith(("spark.executor.", "spark.kubernetes.executor.", DYNAMIC)) else "driver"


def _spark(spark: SparkConfiguration) -> str:
    return f"Spark {'.'.join(map(str, spark.release.spark))}"


def _of_dynamic_allocation(spark: SparkConfiguration) -> Iterator[Problem]:
    if not is_dynamic(spark):
        bounds = [name for name in _BOUNDS if name in spark.properties]
        if bounds:
            what = f"{', '.join(bounds)} {'is' if len(bounds) == 1 else 'are'} set, {DYNAMIC}enabled is not true"
            yield Problem("DYNAMIC_ALLOCATION_OFF", "executors", what)
        return
    if is_true(spark, _SERVICE):
        yield Problem("DYNAMIC_ALLOCATION_SHUFFLE", "executors", f"{_SERVICE} is true")
    elif spark.release.spark < (3, 4, 0) and not is_true(spark, _TRACKING):
        yield Problem("DYNAMIC_ALLOCATION_SHUFFLE", "executors", f"{_TRACKING} is not true in {_spark(spark)}")


def _of_devices(spark: SparkConfiguration) -> Iterator[Problem]:
    """Yields a problem if nothing reports to Spark which devices a pod has (ResourceUtils,
    ResourceDiscoveryScriptPlugin)."""
    if _DISCOVERY_PLUGIN in spark.properties:
        return
    for role, name in SPARK_ROLE.items():
        for device in device_amounts(spark, name):
            script = f"spark.{name}.resource.{device}.discoveryScript"
            known = script in spark.properties or (name == "driver" and _RESOURCES_FILE in spark.properties)
            if not known:
                yield Problem("DEVICE_DISCOVERY", role, f"{script} is not set", own_fix=f"Set {script}")


def problems_of_template_resources(
    spark: SparkConfiguration, templates: Mapping[TemplateRole, ReadTemplate]
) -> Iterator[Problem]:
    """Yields a problem if the pod templates request other resources for Spark's container than Spark does."""
    for role, template in templates.items():
        containers = (template.pod.get("spec") or {}).get("containers") or []
        for index, container in enumerate(containers):
            if container.get("name") == MAIN_CONTAINER[role]:
                path = ("spec", "containers", index, "resources")
                for kind, resource, asked, made in _overridden(spark, role, container.get("resources") or {}):
                    what = f"{kind}.{resource} is {asked} in the pod template, Spark sets it to {made}"
                    yield Problem("TEMPLATE_RESOURCES", role, what, (*path, kind, resource), asked)


def _overridden(
    spark: SparkConfiguration, role: TemplateRole, resources: Mapping[str, Any]
) -> Iterator[tuple[str, str, Any, str]]:
    spark_role = SPARK_ROLE[role]
    own = requests(spark.in_driver if spark_role == "executor" else spark, spark_role)
    memory = f"{own.memory_mib}Mi"
    limit = spark.properties.get(f"spark.kubernetes.{spark_role}.limit.cores")
    made = dict(zip(_OVERRIDDEN, (own.cpu, memory, memory, limit), strict=True))
    for (kind, resource), amount in made.items():
        asked = (resources.get(kind) or {}).get(resource)
        if asked is not None and amount is not None and _differ(asked, amount):
            yield kind, resource, asked, amount


def _differ(one: Any, other: str) -> bool:
    """Returns whether two quantities differ; an invalid one has a separate problem."""
    try:
        return parse_quantity(one) != parse_quantity(other)
    except RuleError:
        return False
