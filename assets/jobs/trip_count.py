"""Counts taxi trips per pick-up zone or hour with Spark, from CSV or Parquet at an s3:// location or a local path.

Runs on Spark 3.4 or later with Python 3.9 or later: any EMR 7 or emr-spark-8 release.
"""

import argparse
import sys

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

COLUMNS = {"zone": "pickup_zone", "hour": "pickup_time"}
MOST_ROWS_SHOWN = 50


def arguments() -> argparse.Namespace:
    """Returns the command line's arguments."""
    parser = argparse.ArgumentParser(prog="trip_count", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--trips", required=True, help="location of the trips; CSV with a header if it ends in .csv, else Parquet"
    )
    parser.add_argument(
        "--by", choices=sorted(COLUMNS), default="zone", help="count by pick-up zone or by hour of the day"
    )
    parser.add_argument(
        "--output", help="location to write the counts to, replacing what is there; by default they are only printed"
    )
    parser.add_argument("--output-format", choices=("parquet", "csv"), default="parquet")
    return parser.parse_args()


def read_trips(spark: SparkSession, location: str) -> DataFrame:
    """Returns the trips at a location."""
    if location.rstrip("/").endswith((".csv", ".csv.gz")):
        return spark.read.csv(location, header=True)
    return spark.read.parquet(location)


def count_trips(trips: DataFrame, by: str) -> DataFrame:
    """Returns rows (zone or hour, trips) with the number of trips that began there, the highest first."""
    column = sf.col(COLUMNS[by])
    key = sf.hour(column.cast("timestamp")) if by == "hour" else column
    return trips.groupBy(key.alias(by)).agg(sf.count("*").alias("trips")).orderBy(sf.desc("trips"), by)


def main() -> int:
    """Counts, prints and optionally writes the trips. Returns the exit status."""
    asked = arguments()
    spark = SparkSession.builder.appName("trip-count").getOrCreate()
    try:
        counts = count_trips(read_trips(spark, asked.trips), asked.by).cache()
        counts.show(MOST_ROWS_SHOWN, truncate=False)
        if asked.output:
            counts.coalesce(1).write.save(asked.output, format=asked.output_format, mode="overwrite", header=True)
    except AnalysisException as error:
        sys.stderr.write(f"trip_count: {asked.trips}: {str(error).splitlines()[0]}\n")
        return 1
    finally:
        spark.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
