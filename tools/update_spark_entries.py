"""Regenerate the list of Spark's configuration entries that ships as data, from the jars of the pinned pyspark.

Run by `make facts`. tests/spark/test_entries.py compares the list with the jars.
"""

import json
import tempfile
from pathlib import Path

from local.spark.jvm import SparkJvm
from tools.spark_entries import SparkEntries, jar_entries

FILE = Path(__file__).parents[1] / "constructs/emr_eks_placement/facts/data/spark_entries.json"


def text(found: SparkEntries) -> str:
    """Returns the whole file, an entry a line, so that a change reads well in a diff."""
    entries = ",\n".join(f"    {json.dumps(name)}: {json.dumps(entry)}" for name, entry in found.entries.items())
    alternates = ",\n".join(f"    {json.dumps(old)}: {json.dumps(new)}" for old, new in found.alternates.items())
    return (
        f'{{\n  "version": {json.dumps(found.version)},\n  "entries": {{\n{entries}\n  }},\n'
        f'  "alternates": {{\n{alternates}\n  }}\n}}\n'
    )


def main() -> None:
    """Write the file."""
    with tempfile.TemporaryDirectory() as folder, SparkJvm(Path(folder), Path(folder, "spark.log")) as jvm:
        FILE.write_text(text(jar_entries(jvm)), "utf-8")


if __name__ == "__main__":
    main()
