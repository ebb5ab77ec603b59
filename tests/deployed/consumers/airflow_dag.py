"""A DAG that runs the definition in the file DEFINITION; Airflow reads it, not the tests."""

import json
import os
import re
from pathlib import Path

from airflow.providers.amazon.aws.operators.emr import EmrContainerOperator  # type: ignore[import-not-found]
from airflow.sdk import DAG  # type: ignore[import-not-found]

definition = json.loads(Path(os.environ["DEFINITION"]).read_text())
with DAG("trip-count"):
    EmrContainerOperator(
        task_id="run",
        poll_interval=1,
        **{re.sub("([A-Z])", r"_\1", name).lower(): value for name, value in definition.items()},
    )
