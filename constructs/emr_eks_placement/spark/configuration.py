"""The Spark configuration of a StartJobRun request, as spark-submit reads it.

Sources: apache/spark, SparkSubmitArguments and SparkSubmitOptionParser; EMR on EKS guide, precedence of configurations.
Old names and references: SparkConf.getDeprecatedConfig, ConfigEntry.readString and ConfigReader.substitute.
"""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from emr_eks_placement.common.errors import RuleError, below
from emr_eks_placement.facts.releases import Release, release_of
from emr_eks_placement.facts.spark_entries import alternates, default_of, has_entry, old_names

Language = Literal["python", "r", "jvm"]

# Options of spark-submit that set a property, and override it.
_PROPERTY_OPTIONS = {
    "--driver-cores": "spark.driver.cores",
    "--driver-memory": "spark.driver.memory",
    "--executor-cores": "spark.executor.cores",
    "--executor-memory": "spark.executor.memory",
    "--num-executors": "spark.executor.instances",
}
_CONF_OPTIONS = ("--conf", "-c", "--PROP")
_OTHER_OPTIONS = (
    "--archives",
    "--class",
    "--deploy-mode",
    "--driver-class-path",
    "--driver-java-options",
    "--driver-library-path",
    "--exclude-packages",
    "--files",
    "--jars",
    "--keytab",
    "--master",
    "--name",
    "--packages",
    "--principal",
    "--properties-file",
    "--proxy-user",
    "--py-files",
    "--queue",
    "--remote",
    "--repositories",
    "--total-executor-cores",
)
_CONTINUED_LINE = re.compile(r"\\\r?\n")  # as in a shell; parameters that a shell has processed contain none
_QUOTES = re.compile(r"""["'\\]""")
_WORD = re.compile(r"[^ \t\r\n]+")
_FLAGS = ("--help", "-h", "--load-spark-defaults", "--supervise", "--usage-error", "--verbose", "-v", "--version")
_REFERENCE = re.compile(r"\$\{(?:(\w+?):)?(\S+?)\}", re.ASCII)
_FALLBACK = re.compile(r"<value of (\S+)>")
# Values of Spark's container, which are not known before the run.
_OUTSIDE = ("env", "system")
# What spark-submit checks as written, before it resolves references (SparkSubmitArguments).
_TAKEN_AS_WRITTEN = frozenset(
    {
        *(f"spark.{role}.{kind}" for role in ("driver", "executor") for kind in ("cores", "memory")),
        "spark.executor.instances",
    }
)
_BLANKS = "".join(map(chr, range(ord(" ") + 1)))  # what Java's String.trim removes


@dataclass(frozen=True)
class SparkConfiguration:
    """The Spark properties of a job run, the language of its application and its release.

    properties: as Spark reads them; one with an old name is also listed with the new one; written: as in the request;
    old_names: the renamed ones; unknown: properties whose value is not known before the run, with the reference;
    options: options of sparkSubmitParameters that set no property.
    """

    properties: Mapping[str, str]
    language: Language
    release: Release
    written: Mapping[str, str] = field(default_factory=dict)
    old_names: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    def name_of(self, name: str) -> str:
        """Returns the name with which the request sets a property."""
        return self.old_names.get(name, name)

    @cached_property
    def in_driver(self) -> "SparkConfiguration":
        """The properties as the driver reads them to create executors: from a properties file, without blanks around
        values."""
        return replace(self, properties=trimmed(self.properties))


def language_of(entry_point: str) -> Language:
    """Returns the language that spark-submit infers for an application from its ending."""
    if entry_point.endswith(".py"):
        return "python"
    return "r" if entry_point.lower().endswith(".r") else "jvm"


def spark_configuration(request: Mapping[str, Any]) -> SparkConfiguration:
    """Returns the configuration of a request: options of sparkSubmitParameters override its --conf, which overrides
    spark-defaults.

    Raises RuleError, with the path in the request, for parameters that spark-submit does not accept, and for an unknown
    release.
    """
    driver = request["jobDriver"]
    sql = "sparkSqlJobDriver" in driver
    name, parameters_of = (
        ("sparkSqlJobDriver", "sparkSqlParameters") if sql else ("sparkSubmitJobDriver", "sparkSubmitParameters")
    )
    parameters = driver[name].get(parameters_of, "")
    with below("jobDriver", name, parameters_of):
        submitted, options = _submitted(parameters, sql=sql)
    written = {**trimmed(classification(request, "spark-defaults")), **submitted}
    language = "jvm" if sql else language_of(driver[name]["entryPoint"])
    with below("releaseLabel"):
        release = release_of(request["releaseLabel"])
    found = resolved(written)
    return SparkConfiguration(
        found.properties, language, release, written, found.old_names, found.unknown, options=options
    )


def classification(request: Mapping[str, Any], name: str) -> dict[str, str]:
    """Returns the properties of a classification of the request, including nested configurations."""
    found: dict[str, str] = {}
    for one, properties in classifications(request):
        if one == name:
            found.update(properties)
    return found


def classifications(request: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yields every classification of the request with its properties, nested ones after their parent; a name may
    repeat."""
    overrides = request.get("configurationOverrides") or {}
    return _flat(overrides.get("applicationConfiguration") or ())


def _flat(configurations: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, str]]]:
    for one in configurations:
        yield one["classification"], one.get("properties") or {}
        yield from _flat(one.get("configurations") or ())


def _submitted(parameters: str, *, sql: bool) -> tuple[dict[str, str], dict[str, str]]:
    """Returns the properties, and the options that set none."""
    try:
        words = _words(_CONTINUED_LINE.sub(" ", parameters))
    except ValueError as error:
        raise RuleError(parameters, f"must be quoted as a shell reads it: {error}", "Close the quotes") from None
    conf: dict[str, str] = {}
    by_option: dict[str, str] = {}
    others: dict[str, str] = {}
    for option, value in _options(words, sql=sql):
        if option in _CONF_OPTIONS:
            key, equals, setting = value.partition("=")
            if not equals:
                raise RuleError(value, "a property is key=value (spark-submit)", "Write --conf key=value")
            conf[key] = setting
        elif option in _PROPERTY_OPTIONS:
            by_option[_PROPERTY_OPTIONS[option]] = value
        else:
            others[option] = value
    return {**conf, **by_option}, others


def _words(text: str) -> list[str]:
    """Splits words as a shell does. shlex is slow, and without quotes only blanks separate words."""
    return shlex.split(text) if _QUOTES.search(text) else _WORD.findall(text)


def _options(words: Sequence[str], *, sql: bool) -> Iterator[tuple[str, str]]:
    """Yields options and their values. spark-sql has further options, and accepts those of spark-submit anywhere among
    them."""
    remaining = iter(words)
    for word in remaining:
        option, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if option in _FLAGS and not equals:
            continue
        if option not in (*_CONF_OPTIONS, *_PROPERTY_OPTIONS, *_OTHER_OPTIONS):
            if sql:
                continue
            raise RuleError(word, "no option of spark-submit (spark-submit --help)", "Correct or remove it")
        if not equals:
            following = next(remaining, None)
            if following is None:
                raise RuleError(word, "this option takes a value (spark-submit --help)", "Give the value")
            value = following
        yield option, value


@dataclass(frozen=True)
class Resolved:
    """Properties with the names and values that Spark uses.

    old_names: the names of those that were set with an old one; unknown: those whose value depends on Spark's
    container, with the reference, such as env:HOME; they are not in the properties.
    """

    properties: Mapping[str, str]
    old_names: Mapping[str, str]
    unknown: Mapping[str, str]


class _OutsideError(Exception):
    """A reference to the environment or to a property of the JVM."""


def trimmed(properties: Mapping[str, str]) -> dict[str, str]:
    """Returns properties as Spark reads them from a file: without blanks around values (Utils.getPropertiesFromFile)."""
    return {name: value.strip(_BLANKS) for name, value in properties.items()}


def resolved(written: Mapping[str, str]) -> Resolved:
    """Returns the resolved properties. Raises RuleError, with the property as path, for a circular reference."""
    properties, old = dict(written), {}
    for name in alternates().keys() & written.keys():
        new = alternates()[name]
        if new not in written:
            properties[new], old[new] = written[name], name
    unknown = {}
    for name, value in list(properties.items()):
        if "${" not in value or name in _TAKEN_AS_WRITTEN or not has_entry(name):
            continue
        try:
            properties[name] = _substituted(value, written, frozenset())
        except _OutsideError as outside:
            unknown[name] = str(outside)
            del properties[name]
        except RuleError as broken:
            raise broken.below(old.get(name, name)) from None
    return Resolved(properties, old, unknown)


def _substituted(text: str, written: Mapping[str, str], used: frozenset[str]) -> str:
    def value_of(reference: re.Match[str]) -> str:
        kind, name = reference.groups()
        whole = f"{kind}:{name}" if kind else name
        if whole in used:
            raise RuleError(text, f"${{{whole}}} refers to itself (Spark ConfigReader)", "Write the value")
        if kind in _OUTSIDE:
            raise _OutsideError(whole)
        found = None if kind else _value(name, written)
        return reference[0] if found is None else _substituted(found, written, used | {whole})

    return _REFERENCE.sub(value_of, text)


def _value(name: str, written: Mapping[str, str]) -> str | None:
    """Returns a property by its name or an old one, or the default of its entry."""
    if not name.startswith("spark."):
        return None
    found = next((written[one] for one in (name, *old_names().get(name, ())) if one in written), None)
    if found is not None:
        return found
    default = default_of(name)
    fallback = _FALLBACK.fullmatch(default or "")
    return _value(fallback[1], written) if fallback else default
