"""A small valid environment, as YAML text and as data, that tests change one thing of."""

import copy
from pathlib import Path
from typing import Any

import yaml

from emr_eks_placement.environment import Environment

REPOSITORY = Path(__file__).parents[2]

TEXT = """\
region: us-east-1
zones: [us-east-1a, us-east-1b]
retain_data: false
network: {cidr: 10.0.0.0/16, nat_gateways: 1}
cluster:
  version: "1.35"
node_groups:
  system:
    instance_types: [m6i.large]
    max_size: 2
  drivers:
    instance_types: [m6i.4xlarge]
    labels: {workload: spark-driver}
    taints: [{key: workload, value: spark-driver, effect: NoSchedule}]
virtual_clusters:
  spark:
    namespace: spark-jobs
    fargate: {any_zone: true, single_zones: [us-east-1a]}
jobs:
  count:
    virtual_cluster: spark
    entry_point: s3://jobs/count.py
    arguments: [--trips, s3://trips/]
    release_label: emr-7.12.0-latest
    driver:
      cores: 1
      memory: 2g
    executors:
      cores: 2
      memory: 4g
      instances: 2
    spark_conf:
      spark.sql.shuffle.partitions: "10"
    placements:
      fargate:
      pinned-driver:
        driver:
          node_labels: {workload: spark-driver}
          tolerations: [{key: workload, value: spark-driver, effect: NoSchedule}]
"""

_DATA: dict[str, Any] = yaml.safe_load(TEXT)


def data() -> dict[str, Any]:
    """The environment file's data, to be changed at will."""
    return copy.deepcopy(_DATA)


def environment(**changes: Any) -> Environment:
    """The environment without jobs, some of its top-level keys replaced."""
    return Environment.model_validate({**data(), "jobs": {}, "name": "test", **changes})
