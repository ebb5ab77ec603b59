"""Jobs: the application, its size, its release and Spark configuration."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, InstanceOf, Strict, model_validator

from emr_eks_placement.common.bounded import read_file
from emr_eks_placement.common.errors import RuleError, below
from emr_eks_placement.common.model import Model, between
from emr_eks_placement.facts import emr, kubernetes
from emr_eks_placement.facts.quantities import cpu_millis
from emr_eks_placement.facts.releases import Release, parse_release
from emr_eks_placement.facts.spark_entries import current_name
from emr_eks_placement.facts.spark_sizes import heap_mib, memory_mib, off_heap_mib
from emr_eks_placement.job.parameters import JobParameters, decides_pods, filled_in, references, without_references
from emr_eks_placement.job.placement import PLACEMENT_LABEL
from emr_eks_placement.spark.pods import TEMPLATE_PROPERTY, without_ids

_MOST_OVERHEAD_FACTOR = 100
_LONGEST_BUCKET_NAME = 63
_MOST_BYTES = 100_000_000  # of a file to upload; product limit, below what BucketDeployment's function has room for

# Spark properties for which the job has a field.
_FIELD_BY_SPARK_CONF = {
    "spark.driver.cores": "driver.cores",
    "spark.driver.memory": "driver.memory",
    "spark.driver.memoryOverhead": "driver.memory_overhead",
    "spark.executor.cores": "executors.cores",
    "spark.executor.memory": "executors.memory",
    "spark.executor.memoryOverhead": "executors.memory_overhead",
    "spark.executor.instances": "executors.instances",
}
_PLACEMENT_CONF = re.compile(
    r"spark\.kubernetes\.(?:(?:driver\.|executor\.)?node\.selector\..+"
    rf"|(?:driver|executor)\.label\.(?:{PLACEMENT_LABEL}|{re.escape(kubernetes.FARGATE_PROFILE)})"
    rf"|(?:driver|executor)\.annotation\.{re.escape(kubernetes.COMPUTE_TYPE)})"
    rf"|{'|'.join(map(re.escape, TEMPLATE_PROPERTY.values()))}"
)
_BRACKETS = "an entry point argument holds none of ( ) { } [ ] (EMR on EKS guide)"
_LABEL_CONF = re.compile(r"spark\.kubernetes\.(?:driver|executor)\.label\.(.*)", re.DOTALL)


def _check_memory(text: str) -> str:
    if memory_mib(text) < 1:
        raise RuleError(text, "must be at least 1 MiB (Spark configuration)", "Write for example 4g")
    return text


def _check_heap(text: str) -> str:
    heap_mib(text)
    return text


Memory = Annotated[str, AfterValidator(_check_memory)]
Heap = Annotated[str, AfterValidator(_check_heap)]
Cores = Annotated[int, Strict(), between(1, 1024, "cores", "Spark's spark.{driver,executor}.cores")]


class LocalFile(Model):
    """A file that is uploaded to the bucket. Its key contains a hash of the content."""

    path: Path
    key: str

    def content(self) -> bytes:
        """Raises OSError for a file that can't be read or is too large."""
        return read_file(self.path, _MOST_BYTES)

    @classmethod
    def of(cls, path: Path, owner: str) -> "LocalFile":
        """Returns the file in the folder of its owner. Raises OSError if it can't be read or is too large."""
        digest = hashlib.sha256(read_file(path, _MOST_BYTES)).hexdigest()
        return cls(path=path, key=f"job-files/{owner}/{digest[:16]}/{path.name}")


class Driver(Model):
    """The driver's size."""

    cores: Cores = 1
    """CPU cores, each for one task at a time."""
    memory: Heap = "1g"
    """The JVM heap."""
    memory_overhead: Memory | None = None
    """Memory in addition to the heap; by default Spark's factor decides."""
    pod_template: dict[str, Any] | None = None
    """The base Pod of the pod template, or (beginning with ./ or ../) the name of a file that contains it."""


class Executors(Driver):
    """The size of each executor and their number."""

    instances: Annotated[int, Strict(), between(1, 1_000_000, "executors", "product limit")] | None = None
    """How many; by default Spark's own number (2, or dynamic allocation)."""


def _check_release(label: str) -> str:
    return parse_release(label).label


def _check_arguments(arguments: tuple[str | LocalFile, ...]) -> tuple[str | LocalFile, ...]:
    for index, argument in enumerate(arguments):
        if not isinstance(argument, str):
            continue
        if not 1 <= len(argument) <= emr.LONGEST_ARGUMENT:
            rule = f"must have 1 to {emr.LONGEST_ARGUMENT} characters (emr-containers EntryPointArgument)"
            raise RuleError(argument, rule, "Correct the argument", path=(index,))
        if re.search(r"[(){}\[\]]", without_references(argument)):
            raise RuleError(argument, _BRACKETS, "Encode it, or read it from a file", path=(index,))
    return arguments


_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/.+", re.DOTALL)


def _check_entry_point(entry_point: str | LocalFile) -> str | LocalFile:
    if isinstance(entry_point, LocalFile):
        length = len("s3://") + _LONGEST_BUCKET_NAME + len("/") + len(entry_point.key)
    else:
        length = len(entry_point)
    if not 1 <= length <= emr.LONGEST_ENTRY_POINT:
        rule = f"must have 1 to {emr.LONGEST_ENTRY_POINT} characters (emr-containers EntryPointPath)"
        raise RuleError(getattr(entry_point, "key", entry_point), rule, "Correct the location")
    if isinstance(entry_point, str) and not _URI.fullmatch(entry_point):
        rule = "must be a URI, or a file that exists beside the environment file (spark-submit uploads nothing on EMR)"
        image = entry_point if entry_point.startswith("/") else f"/path/{entry_point}"
        fix = f"Correct the path, or write s3://bucket/{entry_point.lstrip('/')} or, for a file of the image, local://{image}"
        raise RuleError(entry_point, rule, fix)
    return entry_point


def _check_factor(text: str) -> None:
    if not re.fullmatch(r"[0-9]+(\.[0-9]*)?|\.[0-9]+", text) or not 0 < float(text) <= _MOST_OVERHEAD_FACTOR:
        raise RuleError(text, "must be a number above 0, at most 100 (Spark configuration)", "Write for example 0.2")


# Spark properties that decide the size of a pod, and checks of their values.
_SIZE_CONF: dict[str, Callable[[str], object]] = {
    "spark.kubernetes.memoryOverheadFactor": _check_factor,
    "spark.driver.memoryOverheadFactor": _check_factor,
    "spark.executor.memoryOverheadFactor": _check_factor,
    "spark.driver.minMemoryOverhead": memory_mib,
    "spark.executor.minMemoryOverhead": memory_mib,
    "spark.executor.pyspark.memory": memory_mib,
    "spark.memory.offHeap.size": off_heap_mib,
    "spark.kubernetes.driver.request.cores": cpu_millis,
    "spark.kubernetes.executor.request.cores": cpu_millis,
}


def _check_spark_conf(conf: dict[str, str]) -> dict[str, str]:
    for key, value in conf.items():
        rule = _broken_spark_conf_rule(key, value)
        if rule:
            raise RuleError(value, *rule, path=(key,))
        with below(key):
            _SIZE_CONF.get(current_name(key), str)(value)
            if label := _LABEL_CONF.fullmatch(key):
                kubernetes.check_label_key(label[1])
                kubernetes.check_label_value(without_ids(value))
    return conf


def _broken_spark_conf_rule(key: str, value: str) -> tuple[str, str] | None:
    if key in emr.REFUSED_SPARK_CONF:
        return "EMR on EKS sets this property and refuses a job that sets it (EMR on EKS guide)", "Remove it"
    field = _FIELD_BY_SPARK_CONF.get(current_name(key))
    if field:
        return "this property has a field of the job", f"Write {field} instead"
    if _PLACEMENT_CONF.fullmatch(key):
        return "this property decides placement", "Set it in the job's placements"
    if not key.startswith("spark.") or len(key) > emr.LONGEST_PROPERTY:
        longest = emr.LONGEST_PROPERTY
        return (
            f"a Spark property begins with spark. and has at most {longest} characters (Spark configuration)",
            "Rename it",
        )
    if not value.strip() or len(value) > emr.LONGEST_PROPERTY:
        rule = f"a property value has 1 to {emr.LONGEST_PROPERTY} characters, not all blank; this one has {len(value)}"
        return f"{rule} (emr-containers RequestIdentityString)", "Shorten it or read it from a file"
    return None


def _named_in(text: str | LocalFile) -> list[str]:
    return references(text) if isinstance(text, str) else []


class Job(Model):
    """A Spark application."""

    name: Annotated[str, Field(min_length=1)]
    """The name of its job runs."""
    entry_point: Annotated[str | InstanceOf[LocalFile], AfterValidator(_check_entry_point)]
    """A URI such as s3://… or local:///… (in the image), or a file to upload: a path from the environment file's folder."""
    arguments: Annotated[tuple[str | InstanceOf[LocalFile], ...], AfterValidator(_check_arguments)] = ()
    """The application's arguments; one that begins with ./ or ../ is a file to upload."""
    main_class: str | None = None
    """The main class of a Java or Scala application."""
    release_label: Annotated[str, AfterValidator(_check_release)]
    """The EMR on EKS release."""
    start_timeout: (
        Annotated[int, Strict(), between(1, emr.LONGEST_START_TIMEOUT_SECONDS, "seconds", "product limit")] | None
    ) = None
    """How long a run may take to start its submitter and driver, in seconds, including waiting for nodes and images; by
    default EMR's own 900, after which the run fails."""
    driver: Driver = Driver()
    """The driver's size."""
    executors: Executors = Executors()
    """The executors' size and number."""
    spark_conf: Annotated[dict[str, str], AfterValidator(_check_spark_conf)] = {}
    """Further Spark properties."""
    parameters: JobParameters = {}
    """Names used as ${NAME} in arguments and in values of spark_conf, except those that decide pods. The job template
    accepts values for them; the other definitions use their defaults."""

    @model_validator(mode="after")
    def _check_name(self) -> "Job":
        if not re.fullmatch(emr.JOB_RUN_NAME, self.name):
            raise RuleError(self.name, f"must have {emr.JOB_RUN_NAME_RULE}", "Rename the job", path=("name",))
        return self

    @model_validator(mode="after")
    def _check_parameters(self) -> "Job":
        for index, argument in enumerate(self.arguments):
            for name in _named_in(argument):
                if name not in self.parameters:
                    rule = f"{_BRACKETS}, but for ${{NAME}} of a parameter of the job"
                    raise RuleError(argument, rule, f"Add {name} to parameters", path=("arguments", index))
        for key, value in self.spark_conf.items():
            if decides_pods(key) and any(name in self.parameters for name in references(value)):
                raise RuleError(
                    value,
                    "this property decides the job's pods, which are planned for one value of it (product limit)",
                    "Write the value, and another job for another value",
                    path=("spark_conf", key),
                )
        named = {name for text in (*self.arguments, *self.spark_conf.values()) for name in _named_in(text)}
        for name in self.parameters:
            if name not in named:
                rule = f"no argument and no spark_conf of the job has ${{{name}}}"
                raise RuleError(name, rule, "Write it there, or remove the parameter", path=("parameters", name))
        _ = self.with_defaults  # raises a RuleError for a default that is not valid
        return self

    @property
    def with_defaults(self) -> "Job":
        """Returns the job with each parameter replaced by its default."""
        if not self.parameters:
            return self
        arguments = tuple(
            filled_in(argument, self.parameters) if isinstance(argument, str) else argument
            for argument in self.arguments
        )
        conf = {key: filled_in(value, self.parameters) for key, value in self.spark_conf.items()}
        with below("arguments"):
            _check_arguments(arguments)
        with below("spark_conf"):
            _check_spark_conf(conf)
        return self.model_copy(update={"arguments": arguments, "spark_conf": conf, "parameters": {}})

    @property
    def release(self) -> Release:
        """The release of the label."""
        return parse_release(self.release_label)

    @property
    def local_files(self) -> tuple[LocalFile, ...]:
        """Returns the files to upload for the job."""
        return tuple(file for file in (self.entry_point, *self.arguments) if isinstance(file, LocalFile))
