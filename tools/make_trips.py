"""Writes the sample job's data, assets/data/trips.csv: 200 invented taxi trips, the same each time."""

import csv
import datetime
import random
from pathlib import Path

TRIPS = Path(__file__).parent.parent / "assets/data/trips.csv"
ZONES = {
    "Airport": 5,
    "Harbour": 2,
    "Market Square": 4,
    "Museum Quarter": 2,
    "Old Town": 3,
    "Station": 6,
    "University": 3,
}
# Trips that begin in each hour of the day, relative to one another.
HOURS = (2, 1, 1, 1, 1, 2, 4, 8, 10, 7, 5, 5, 6, 6, 5, 6, 8, 10, 11, 9, 7, 6, 5, 3)
COLUMNS = ("trip_id", "pickup_time", "dropoff_time", "pickup_zone", "dropoff_zone", "passengers", "distance_km", "fare")


def main() -> None:
    """Writes the file."""
    chance = random.Random(2026)  # noqa: S311 - invented data
    with TRIPS.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for trip in range(1, 201):
            start = datetime.datetime(2026, 3, 2) + datetime.timedelta(
                days=chance.randrange(7), hours=chance.choices(range(24), HOURS)[0], seconds=chance.randrange(3600)
            )
            pickup, dropoff = chance.choices(list(ZONES), list(ZONES.values()), k=2)
            metres = chance.randrange(800, 3000) if pickup == dropoff else chance.randrange(1500, 18000)
            end = start + datetime.timedelta(seconds=120 + metres * chance.randrange(10, 25) // 100)
            cents = 350 + metres * 19 // 100
            row = (trip, start, end, pickup, dropoff, chance.choices((1, 2, 3, 4), (70, 20, 6, 4))[0])
            writer.writerow((*row, f"{metres / 1000:.1f}", f"{cents / 100:.2f}"))


if __name__ == "__main__":
    main()
