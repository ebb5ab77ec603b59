"""The Spark job of a smoke test: counts a range on executors, then keeps every pod for some seconds for observation.

Runs on its own, with the Python of any EMR release. Arguments: how many numbers to count, how many seconds to stay.
"""

import sys
import time

from pyspark.sql import SparkSession


def main() -> int:
    """Returns 0 if the count is right."""
    numbers, seconds = int(sys.argv[1]), float(sys.argv[2])
    spark = SparkSession.builder.getOrCreate()
    counted = spark.range(numbers).count()
    sys.stdout.write(f"Spark {spark.version} counted {counted} of {numbers}\n")
    sys.stdout.flush()
    time.sleep(seconds)
    spark.stop()
    return int(counted != numbers)


if __name__ == "__main__":
    sys.exit(main())
