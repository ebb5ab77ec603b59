"""The configuration that the real Spark jars know, from their own registry and the names in their classes."""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyspark

from local.spark.jvm import SparkJvm

# The jars that decide pods. Spark SQL, Hive, MLlib and Mesos have properties of their own, and no pods.
_JARS = ("common-utils", "core", "kubernetes", "launcher", "network-common", "streaming", "yarn")
# Names whose objects do not load outside of an application.
_NOT_LOADED = frozenset({"org.apache.spark.shuffle.ShuffleBlockPusher$"})
_REGISTERS = (b"internal/config/ConfigEntry", b"internal/config/ConfigBuilder")
_FAMILIES = rb"(?:kubernetes|driver|executor|dynamicAllocation|task|resources|submit)"
# A text of a class file: its tag, two bytes of length, the text, the tag of what follows.
_NAME = re.compile(rb"\x01..(spark\.(?:master|remote|" + _FAMILIES + rb"[A-Za-z0-9_.]*))(?=[\x00-\x14])", re.DOTALL)


@dataclass(frozen=True)
class SparkEntries:
    """What Spark's jars know.

    For each entry its default as text (None: none) and the version that added it; the old name of each renamed entry
    with the new one; and the names that decide pods in the classes: of entries, of values read without an entry, and,
    ending with a dot, the starts of names with any ending.
    """

    version: str
    entries: dict[str, tuple[str | None, str]]
    alternates: dict[str, str]
    names: frozenset[str]


def jar_entries(jvm: SparkJvm) -> SparkEntries:
    """Returns all of the jars of the installed Spark."""
    objects, names = _objects_and_names()

    def read(java: Any) -> SparkEntries:
        for name in sorted(objects - _NOT_LOADED):
            java.java.lang.Class.forName(name)
        known = _module(java, "org.apache.spark.internal.config.ConfigEntry$").knownConfigs()
        found = [known[name] for name in list(known.keySet())]
        entries = {str(one.key()): (_default(str(one.defaultValueString())), str(one.version())) for one in found}
        alternates = {
            str(old): str(one.key()) for one in found for old in str(one.alternatives().mkString(" ")).split()
        }
        return SparkEntries(
            str(java.org.apache.spark.package.SPARK_VERSION()),
            dict(sorted(entries.items())),
            dict(sorted({**_conf_alternates(java), **alternates}.items())),
            frozenset(names),
        )

    return jvm.run("reading Spark's configuration entries", read)


def _module(java: Any, name: str) -> Any:
    return java.java.lang.Class.forName(name).getField("MODULE$").get(None)


def _default(text: str) -> str | None:
    """Returns a fallback reads <value of NAME>; the default of one without is <undefined>."""
    return None if text == "<undefined>" else text


def _conf_alternates(java: Any) -> dict[str, str]:
    """SparkConf.allAlternatives, which is private: old name -> (new name, …)."""
    conf = java.java.lang.Class.forName("org.apache.spark.SparkConf$")
    (field,) = [one for one in conf.getDeclaredFields() if str(one.getName()).endswith("allAlternatives")]
    field.setAccessible(True)
    alternatives = field.get(_module(java, "org.apache.spark.SparkConf$"))
    names = str(alternatives.keysIterator().mkString(" ")).split()
    return {name: str(alternatives.apply(name)._1()) for name in names}


def _objects_and_names() -> tuple[set[str], set[str]]:
    """Scala objects that may register entries, and the texts in the classes that are names of properties."""
    objects: set[str] = set()
    names: set[str] = set()
    for jar in Path(pyspark.__file__).parent.joinpath("jars").glob("spark-*.jar"):
        if jar.name.removeprefix("spark-").partition("_")[0] not in _JARS:
            continue
        with zipfile.ZipFile(jar) as archive:
            for member in archive.namelist():
                if not member.endswith(".class"):
                    continue
                code = archive.read(member)
                names |= {found.decode() for found in _NAME.findall(code)}
                if member.endswith("$.class") and any(mark in code for mark in _REGISTERS):
                    objects.add(member.removesuffix(".class").replace("/", "."))
    return objects, names
