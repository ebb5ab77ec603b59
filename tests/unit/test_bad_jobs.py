"""A wrong value of a job gives one line: field, value, rule, fix."""

from pathlib import Path

import pytest

from tests.unit.bad_input import Bad, check

LONG = "x" * 64
ENTRY_POINT = "    entry_point: s3://jobs/count.py\n"
ARGUMENTS = "    arguments: [--trips, s3://trips/]\n"
RELEASE = "    release_label: emr-7.12.0-latest\n"
DRIVER_CORES = "      cores: 1\n"
DRIVER_MEMORY = "      memory: 2g\n"
INSTANCES = "      instances: 2\n"
CONF = '      spark.sql.shuffle.partitions: "10"\n'
WIDE = CONF + "".join(f"      spark.x.p{i}: a\n" for i in range(98))

JOB = {
    "job name": Bad(
        old="  count:\n", new="  Count: # <-\n",
        field="jobs.Count", value="Count", rule="job: a name has at most 40 lower-case letters", fix="Rename it",
    ),
    "job run name": Bad(
        old=RELEASE, new=RELEASE + "    name: count trips # <-\n",
        field="jobs.count.name", value="count trips", rule="(emr-containers ResourceNameString)", fix="Rename the job",
    ),
    "job run name too long": Bad(
        old=RELEASE, new=RELEASE + f"    name: {LONG}x # <-\n",
        field="jobs.count.name", value=LONG + "x", rule="1 to 64 of A-Z", fix="Rename the job",
    ),
    "unknown key": Bad(
        old=RELEASE, new=RELEASE + "    release: emr-7.12.0-latest # <-\n",
        field="jobs.count.release", value="emr-7.12.0-latest", rule="unknown key", fix="Did you mean release_label",
    ),
    "job that is no mapping": Bad(
        old="jobs:\n", new="jobs:\n  other: later # <-\n",
        field="jobs.other", value="later", rule="a mapping", fix="key: value",
    ),
    "unknown virtual cluster": Bad(
        old="    virtual_cluster: spark\n", new="    virtual_cluster: sparc # <-\n",
        field="jobs.count.virtual_cluster", value="sparc", rule="virtual clusters are spark", fix="Name one of them",
    ),
    "entry point missing": Bad(
        old="  count:\n    virtual_cluster: spark\n" + ENTRY_POINT, new="  count: # <-\n    virtual_cluster: spark\n",
        field="jobs.count.entry_point", value=None, rule="required", fix="Add it",
    ),
    "entry point too long": Bad(
        old=ENTRY_POINT, new=f"    entry_point: s3://jobs/{'x' * 250}.py # <-\n",
        field="jobs.count.entry_point", value=f"s3://jobs/{'x' * 250}.py", rule="EntryPointPath", fix="Correct the location",
    ),
    "entry point as number": Bad(
        old=ENTRY_POINT, new="    entry_point: 5 # <-\n",
        field="jobs.count.entry_point", value=5, rule="text", fix="Put it in quotes",
    ),
    "entry point as an uploaded file's record": Bad(
        old=ENTRY_POINT, new="    entry_point: {path: /etc/passwd, key: a} # <-\n",
        field="jobs.count.entry_point", value={"path": "/etc/passwd", "key": "a"}, rule="text", fix="a single value",
    ),
    "entry point file that is not there": Bad(
        old=ENTRY_POINT, new="    entry_point: ./count.py # <-\n",
        field="jobs.count.entry_point", value="./count.py", rule="from the environment file's folder", fix="path",
    ),
    "entry point that is neither a URI nor a file": Bad(
        old=ENTRY_POINT, new="    entry_point: count.py # <-\n",
        field="jobs.count.entry_point", value="count.py", rule="must be a URI, or a file", fix="s3://bucket/count.py",
    ),
    "entry point in the image without its scheme": Bad(
        old=ENTRY_POINT, new="    entry_point: /usr/lib/spark/examples/jars/spark-examples.jar # <-\n",
        field="jobs.count.entry_point", value="/usr/lib/spark/examples/jars/spark-examples.jar", rule="must be a URI",
        fix="local:///usr/lib/spark/examples/jars/spark-examples.jar",
    ),
    "entry point with a slash too few": Bad(
        old=ENTRY_POINT, new="    entry_point: s3:jobs/count.py # <-\n",
        field="jobs.count.entry_point", value="s3:jobs/count.py", rule="must be a URI", fix="Correct the path",
    ),
    "entry point file of a name no file can have": Bad(
        old=ENTRY_POINT, new='    entry_point: "./a\\0.py" # <-\n',
        field="jobs.count.entry_point", value="./a\0.py", rule="no such file", fix="Correct the path",
    ),
    "argument file of a name too long": Bad(
        old=ARGUMENTS, new=f"    arguments: [--trips, ./{'x' * 300}] # <-\n",
        field="jobs.count.arguments[1]", value=f"./{'x' * 300}", rule="no such file", fix="Correct the path",
    ),
    "argument that is a folder": Bad(
        old=ARGUMENTS, new="    arguments: [--trips, ./] # <-\n",
        field="jobs.count.arguments[1]", value="./", rule="no such file", fix="Correct the path",
    ),
    "argument with a parenthesis": Bad(
        old=ARGUMENTS, new='    arguments: [--where, "f(x)"] # <-\n',
        field="jobs.count.arguments[1]", value="f(x)", rule="none of ( ) { } [ ] (EMR on EKS guide)", fix="Encode it",
    ),
    "argument empty": Bad(
        old=ARGUMENTS, new='    arguments: [""] # <-\n',
        field="jobs.count.arguments[0]", value="", rule="1 to 10280 characters", fix="argument",
    ),
    "argument as number": Bad(
        old=ARGUMENTS, new="    arguments: [--days, 7] # <-\n",
        field="jobs.count.arguments[1]", value=7, rule="text", fix="Put it in quotes",
    ),
    "arguments as text": Bad(
        old=ARGUMENTS, new="    arguments: --trips # <-\n",
        field="jobs.count.arguments", value="--trips", rule="a list", fix="[a, b]",
    ),
    "unknown release": Bad(
        old=RELEASE, new="    release_label: emr-6.1.0-latest # <-\n",
        field="jobs.count.release_label", value="emr-6.1.0-latest", rule="emr-* has 5.32.0", fix="Name one",
    ),
    "unknown release of the new family": Bad(
        old=RELEASE, new="    release_label: emr-spark-9.0.0-latest # <-\n",
        field="jobs.count.release_label", value="emr-spark-9.0.0-latest", rule="emr-spark-* has 8.0.0", fix="Name one",
    ),
    "release label of EMR on EC2": Bad(
        old=RELEASE, new="    release_label: emr-7.12.0 # <-\n",
        field="jobs.count.release_label", value="emr-7.12.0", rule="emr-X.Y.Z-latest", fix="emr-7.12.0-latest",
    ),
    "no time to start": Bad(
        old=RELEASE, new=RELEASE + "    start_timeout: 0 # <-\n",
        field="jobs.count.start_timeout", value=0, rule="from 1 to 604800 seconds", fix="within these bounds",
    ),
    "minutes to start": Bad(
        old=RELEASE, new=RELEASE + "    start_timeout: 15m # <-\n",
        field="jobs.count.start_timeout", value="15m", rule="whole number", fix="without quotes",
    ),
    "memory with a unit of Kubernetes": Bad(
        old=DRIVER_MEMORY, new="      memory: 2Gi # <-\n",
        field="jobs.count.driver.memory", value="2Gi", rule="whole number and b, k, m, g or t (Spark", fix="4g",
    ),
    "memory with a fraction": Bad(
        old=DRIVER_MEMORY, new="      memory: 1.5g # <-\n",
        field="jobs.count.driver.memory", value="1.5g", rule="whole number", fix="4g",
    ),
    "memory of nothing": Bad(
        old=DRIVER_MEMORY, new="      memory: 0g # <-\n",
        field="jobs.count.driver.memory", value="0g", rule="at least 450m", fix="1g",
    ),
    "memory without a unit": Bad(
        old=DRIVER_MEMORY, new="      memory: '2048' # <-\n",
        field="jobs.count.driver.memory", value="2048", rule="must have a unit", fix="2048m",
    ),
    "memory that Spark does not start with": Bad(
        old=DRIVER_MEMORY, new="      memory: 449m # <-\n",
        field="jobs.count.driver.memory", value="449m", rule="at least 450m", fix="1g",
    ),
    "memory that no machine has": Bad(
        old=DRIVER_MEMORY, new="      memory: 65t # <-\n",
        field="jobs.count.driver.memory", value="65t", rule="at most 64t", fix="4g",
    ),
    "memory as number": Bad(
        old=DRIVER_MEMORY, new="      memory: 2 # <-\n",
        field="jobs.count.driver.memory", value=2, rule="text", fix="Put it in quotes",
    ),
    "cores of none": Bad(
        old=DRIVER_CORES, new="      cores: 0 # <-\n",
        field="jobs.count.driver.cores", value=0, rule="from 1 to 1024 cores", fix="within these bounds",
    ),
    "cores with a fraction": Bad(
        old=DRIVER_CORES, new="      cores: 0.5 # <-\n",
        field="jobs.count.driver.cores", value=0.5, rule="a whole number", fix="in digits",
    ),
    "number of drivers": Bad(
        old=DRIVER_CORES, new="      cores: 1\n      instances: 2 # <-\n",
        field="jobs.count.driver.instances", value=2, rule="known here are cores, memory", fix="Remove it",
    ),
    "executors of none": Bad(
        old=INSTANCES, new="      instances: 0 # <-\n",
        field="jobs.count.executors.instances", value=0, rule="from 1 to", fix="within these bounds",
    ),
}  # fmt: skip

SPARK_CONF = {
    "refused by EMR": Bad(
        old=CONF, new="      spark.kubernetes.namespace: other # <-\n",
        field="jobs.count.spark_conf.spark.kubernetes.namespace", value="other", rule="EMR on EKS sets this", fix="Remove",
    ),
    "service account refused by EMR": Bad(
        old=CONF, new="      spark.kubernetes.authenticate.driver.serviceAccountName: me # <-\n",
        field="jobs.count.spark_conf.spark.kubernetes.authenticate.driver.serviceAccountName", value="me",
        rule="refuses a job that sets it (EMR on EKS guide)", fix="Remove it",
    ),
    "property with a field": Bad(
        old=CONF, new="      spark.driver.memory: 4g # <-\n",
        field="jobs.count.spark_conf.spark.driver.memory", value="4g", rule="has a field", fix="Write driver.memory",
    ),
    "node selector": Bad(
        old=CONF, new="      spark.kubernetes.node.selector.zone: us-east-1a # <-\n",
        field="jobs.count.spark_conf.spark.kubernetes.node.selector.zone", value="us-east-1a",
        rule="this property decides placement", fix="Set it in the job's placements",
    ),
    "pod template": Bad(
        old=CONF, new="      spark.kubernetes.executor.podTemplateFile: s3://jobs/executor.yaml # <-\n",
        field="jobs.count.spark_conf.spark.kubernetes.executor.podTemplateFile", value="s3://jobs/executor.yaml",
        rule="this property decides placement", fix="Set it in the job's placements",
    ),
    "placement label": Bad(
        old=CONF, new="      spark.kubernetes.driver.label.spark-node-placement: fargate # <-\n",
        field="jobs.count.spark_conf.spark.kubernetes.driver.label.spark-node-placement", value="fargate",
        rule="decides placement", fix="job's placements",
    ),
    "annotation that keeps a pod off Fargate": Bad(
        old=CONF, new="      spark.kubernetes.executor.annotation.eks.amazonaws.com/compute-type: ec2 # <-\n",
        field="jobs.count.spark_conf.spark.kubernetes.executor.annotation.eks.amazonaws.com/compute-type", value="ec2",
        rule="decides placement", fix="job's placements",
    ),
    "label that chooses a Fargate profile": Bad(
        old=CONF, new="      spark.kubernetes.driver.label.eks.amazonaws.com/fargate-profile: other # <-\n",
        field="jobs.count.spark_conf.spark.kubernetes.driver.label.eks.amazonaws.com/fargate-profile", value="other",
        rule="decides placement", fix="job's placements",
    ),
    "pod label over 63 characters": Bad(
        old=CONF, new=f"      spark.kubernetes.driver.label.team: {LONG} # <-\n",
        field="jobs.count.spark_conf.spark.kubernetes.driver.label.team", value=LONG,
        rule="has 64 characters (Kubernetes labels)", fix="Shorten",
    ),
    "no Spark property": Bad(
        old=CONF, new="      shuffle.partitions: a # <-\n",
        field="jobs.count.spark_conf.shuffle.partitions", value="a", rule="begins with spark.", fix="Rename it",
    ),
    "value over 1,024 characters": Bad(
        old=CONF, new=f"      spark.jars.packages: {'x' * 1025} # <-\n",
        field="jobs.count.spark_conf.spark.jars.packages", value="x" * 1025,
        rule="this one has 1025 (emr-containers RequestIdentityString)", fix="Shorten it",
    ),
    "value blank": Bad(
        old=CONF, new='      spark.app.note: " " # <-\n',
        field="jobs.count.spark_conf.spark.app.note", value=" ", rule="not all blank", fix="Shorten it",
    ),
    "value as number": Bad(
        old=CONF, new="      spark.sql.shuffle.partitions: 10 # <-\n",
        field="jobs.count.spark_conf.spark.sql.shuffle.partitions", value=10, rule="text", fix="Put it in quotes",
    ),
    "value as boolean": Bad(
        old=CONF, new="      spark.sql.adaptive.enabled: true # <-\n",
        field="jobs.count.spark_conf.spark.sql.adaptive.enabled", value=True, rule="text", fix="Put it in quotes",
    ),
    "overhead factor": Bad(
        old=CONF, new="      spark.kubernetes.memoryOverheadFactor: 40% # <-\n",
        field="jobs.count.spark_conf.spark.kubernetes.memoryOverheadFactor", value="40%", rule="a number", fix="0.2",
    ),
    "size in Kubernetes' units": Bad(
        old=CONF, new="      spark.executor.pyspark.memory: 2Gi # <-\n",
        field="jobs.count.spark_conf.spark.executor.pyspark.memory", value="2Gi", rule="whole number", fix="4g",
    ),
    "CPU request": Bad(
        old=CONF, new="      spark.kubernetes.driver.request.cores: two # <-\n",
        field="jobs.count.spark_conf.spark.kubernetes.driver.request.cores", value="two", rule="Quantity", fix="500m",
    ),
    "CPU request beyond all bounds": Bad(
        old=CONF, new='      spark.kubernetes.driver.request.cores: "1e999" # <-\n',
        field="jobs.count.spark_conf.spark.kubernetes.driver.request.cores", value="1e999", rule="2^63", fix="500m",
    ),
    "more than 100 properties": Bad(
        old="    spark_conf:\n" + CONF, new="    spark_conf: # <-\n" + WIDE,
        field="jobs.count.spark_conf", value="101 properties",
        rule="classification spark-defaults holds at most 100, the placement's included", fix="drop what equals",
    ),
}  # fmt: skip

CASES = JOB | SPARK_CONF


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_wrong_value_gives_one_line_with_field_value_rule_and_fix(case: Bad, tmp_path: Path) -> None:
    check(case, tmp_path)
