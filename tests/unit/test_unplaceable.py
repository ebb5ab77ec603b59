"""A job that its environment can't place as asked gives one line: field, value, what is missing, fix."""

from pathlib import Path

import pytest

from tests.unit.bad_input import Bad, check
from tests.unit.environments import TEXT

REGION = "region: us-east-1\n"
FARGATE = "      fargate:\n"
ANY_ZONE = "    fargate: {any_zone: true, single_zones: [us-east-1a]}\n"
LABELS = "          node_labels: {workload: spark-driver}\n"
TOLERATIONS = "          tolerations: [{key: workload, value: spark-driver, effect: NoSchedule}]\n"
DRIVER = "        driver:\n" + LABELS + TOLERATIONS
PINNED_DRIVER = "      pinned-driver:\n" + DRIVER
RELEASE = "    release_label: emr-7.12.0-latest\n"
SIZE = "    driver:\n      cores: 1\n      memory: 2g\n"
EXECUTORS = "      cores: 2\n      memory: 4g\n"
PLACEMENTS = TEXT[TEXT.index("    placements:\n") :]
PINNED = "jobs.count.placements.pinned-driver"
ON_FARGATE = "jobs.count.placements.fargate"


def profile(selector: str) -> str:
    return f"fargate_profiles: {{all: {{selectors: [{selector}]}}}}\n"


ON_FARGATE_CASES = {
    "unknown zone": Bad(
        old=FARGATE, new="      fargate: {zone: us-east-1c} # <-\n",
        field=f"{ON_FARGATE}.zone", value="us-east-1c", rule="zones are us-east-1a, us-east-1b", fix="or add it",
    ),
    "zone without a profile": Bad(
        old=FARGATE, new="      fargate: {zone: us-east-1b} # <-\n",
        field=f"{ON_FARGATE}.zone", value="us-east-1b", rule="no Fargate profile takes pods of namespace spark-jobs",
        fix="Add us-east-1b to fargate.single_zones",
    ),
    "no profile for any zone": Bad(
        old=ANY_ZONE, new="    fargate: {any_zone: false}\n", also=((FARGATE, "      fargate: # <-\n"),), findings=2,
        field=f"{ON_FARGATE}.driver", value="fargate", rule="with the label spark-node-placement=fargate",
        fix="Set fargate.any_zone",
    ),
    "driver of more cores than Fargate has": Bad(
        old=SIZE, new="    driver: {cores: 17} # <-\n", also=((PINNED_DRIVER, ""),),
        field="jobs.count.driver", value="17 vCPU and 1945 MiB", rule="16 vCPU and 120 GB (EKS guide", fix="Lower cores",
    ),
    "executors of more memory than Fargate has": Bad(
        old="    executors:\n" + EXECUTORS, new="    executors: # <-\n      memory: 86g\n",
        field="jobs.count.executors", value="1 vCPU and 123801 MiB", rule="the executors pod with overhead", fix="Lower",
    ),
    "profile of another zone that takes the pod too": Bad(
        old=FARGATE, new="      fargate: {zone: us-east-1a} # <-\n", also=((REGION, REGION + profile(
            "{namespace: spark-jobs, labels: {spark-node-placement: fargate-*}}")),),
        field=f"{ON_FARGATE}.driver", value="fargate-us-east-1a", rule="profile all takes this pod too and runs it in us-",
        fix="Narrow that profile's selectors",
    ),
    "submitter on Fargate without a profile": Bad(
        old=ANY_ZONE, new="    fargate: {any_zone: false, single_zones: [us-east-1a]}\n",
        also=((PLACEMENTS, "    placements:\n      fargate: {zone: us-east-1a, submitter: fargate} # <-\n"),),
        field=f"{ON_FARGATE}.submitter", value="fargate", rule="no Fargate profile takes pods", fix="Set fargate.any_zone",
    ),
}  # fmt: skip

ON_EC2 = {
    "driver larger than every node of its group": Bad(
        old=SIZE, new="    driver: {cores: 16}\n", also=((DRIVER, DRIVER.replace("driver:\n", "driver: # <-\n", 1)),),
        field=f"{PINNED}.driver", value="16 vCPU and 1945 MiB",
        rule="drivers: m6i.4xlarge offers pods at most 15.74 vCPU and 62607 MiB, the pod requests 16 and 1945 MiB",
        fix="Add such a node group, or change what the placement or the job asks for",
    ),
    "driver of more memory than every node of its group": Bad(
        old=SIZE, new="    driver: {memory: 62g, memory_overhead: 1g}\n",
        also=((DRIVER, DRIVER.replace("driver:\n", "driver: # <-\n", 1)),),
        field=f"{PINNED}.driver", value="1 vCPU and 65024 MiB", rule="62607 MiB, the pod requests 1 and 65024 MiB",
        fix="Add such a node group",
    ),
    "instance type that its group does not have": Bad(
        old=DRIVER, new="        driver: # <-\n" + LABELS + TOLERATIONS + "          instance_type: m6i.large\n",
        field=f"{PINNED}.driver", value="1 vCPU and 3379 MiB",
        rule="drivers: no node of it has node.kubernetes.io/instance-type=m6i.large", fix="Add such a node group",
    ),
    "labels that no group has": Bad(
        old=DRIVER, new="        driver: {node_labels: {workload: spark-drivers}} # <-\n",
        field=f"{PINNED}.driver", value="1 vCPU and 3379 MiB", rule="system: no node of it has workload=spark-drivers",
        fix="Add such a node group",
    ),
    "taint not tolerated": Bad(
        old=DRIVER, new="        driver: {node_labels: {workload: spark-driver}} # <-\n",
        field=f"{PINNED}.driver", value="1 vCPU and 3379 MiB",
        rule="drivers: its taint workload=spark-driver:NoSchedule is not tolerated", fix="Add such a node group",
    ),
    "Spot nodes where there are none": Bad(
        old=DRIVER, new="        driver: # <-\n" + LABELS + TOLERATIONS + "          capacity_type: spot\n",
        field=f"{PINNED}.driver", value="1 vCPU and 3379 MiB", rule="no node of it has eks.amazonaws.com/capacityType=SPOT",
        fix="Add such a node group",
    ),
    "zone where the group has no nodes": Bad(
        old=DRIVER, new="        zone: us-east-1a # <-\n" + DRIVER,
        also=(("    instance_types: [m6i.4xlarge]\n", "    instance_types: [m6i.4xlarge]\n    zones: [us-east-1b]\n"),),
        field=f"{PINNED}.zone", value="us-east-1a", rule="no node of it has topology.kubernetes.io/zone=us-east-1a",
        fix="Use a zone where it fits (us-east-1b)",
    ),
    "the driver's own zone where the group has no nodes": Bad(
        old=DRIVER, new=DRIVER + "          zone: us-east-1a # <-\n",
        also=(("    instance_types: [m6i.4xlarge]\n", "    instance_types: [m6i.4xlarge]\n    zones: [us-east-1b]\n"),),
        field=f"{PINNED}.driver.zone", value="us-east-1a", rule="no node of it has topology.kubernetes.io/zone=us-east-1a",
        fix="Use a zone where it fits (us-east-1b)",
    ),
    "a zone where the group has no nodes, and labels that no node has": Bad(
        old=DRIVER, new="        zone: us-east-1a\n        driver: {node_labels: {workload: other}} # <-\n",
        field=f"{PINNED}.driver", value="1 vCPU and 3379 MiB", rule="no node of it has workload=other",
        fix="Add such a node group",
    ),
    "submitter on nodes that are not there": Bad(
        old=FARGATE, new="      fargate: {submitter: {node_labels: {a: b}}} # <-\n",
        field=f"{ON_FARGATE}.submitter", value="0.9 vCPU and 712 MiB", rule="no node of it has a=b", fix="Add such",
    ),
    "a zone by the wrong key": Bad(
        old=DRIVER, new="        driver:\n          node_labels: {zone: us-east-1a} # <-\n",
        field=f"{PINNED}.driver.node_labels.zone", value="us-east-1a", rule="uses a key that no node has",
        fix="topology.kubernetes.io/zone",
    ),
    "profile that takes the pods of EC2": Bad(
        old=REGION, new=REGION + profile("{namespace: spark-*}"), also=((FARGATE, "      fargate: # <-\n"),), findings=2,
        field=f"{ON_FARGATE}.submitter", value="namespace spark-jobs", rule="Fargate profile all takes this pod",
        fix="Add a label to the profile's selector",
    ),
    "profile on EMR's own label that takes the driver of EC2": Bad(
        old=REGION, new=REGION + profile(
            "{namespace: spark-jobs, labels: {emr-containers.amazonaws.com/component: driver}}"),
        also=((DRIVER, DRIVER.replace("driver:\n", "driver: # <-\n", 1)),),
        field=f"{PINNED}.driver", value="namespace spark-jobs", rule="which should run on EC2", fix="Add a label",
    ),
    "profile on Spark's own label that takes the driver of EC2": Bad(
        old=REGION, new=REGION + profile("{namespace: spark-jobs, labels: {spark-role: driver}}"),
        also=((DRIVER, DRIVER.replace("driver:\n", "driver: # <-\n", 1)),),
        field=f"{PINNED}.driver", value="namespace spark-jobs", rule="which should run on EC2", fix="Add a label",
    ),
    "profile on a label of the job's own that takes the driver of EC2": Bad(
        old=REGION, new=REGION + profile("{namespace: spark-jobs, labels: {team: a}}"),
        also=(
            ("    spark_conf:\n", "    spark_conf:\n      spark.kubernetes.driver.label.team: a\n"),
            (DRIVER, DRIVER.replace("driver:\n", "driver: # <-\n", 1)),
        ),
        field=f"{PINNED}.driver", value="namespace spark-jobs", rule="which should run on EC2", fix="Add a label",
    ),
}  # fmt: skip

BY_RELEASE = {
    "submitter's toleration without effect": Bad(
        old=FARGATE, new="      fargate: {submitter: {tolerations: [{key: a, value: b}]}} # <-\n",
        field=f"{ON_FARGATE}.submitter.tolerations", value={"key": "a", "operator": "Equal", "value": "b"},
        rule="names key, value and effect", fix="Give all three",
    ),
    "submitter's toleration of every value": Bad(
        old=FARGATE, new="      fargate: {submitter: {tolerations: [{key: a, operator: Exists, effect: NoSchedule}]}} # <-\n",
        field=f"{ON_FARGATE}.submitter.tolerations", value={"key": "a", "operator": "Exists", "effect": "NoSchedule"},
        rule="can't be blank", fix="Give all three",
    ),
    "submitter on nodes without labels": Bad(
        old=FARGATE, new='      fargate: {submitter: {node_labels: {a: ""}}} # <-\n',
        also=(("    max_size: 2\n", '    labels: {a: ""}\n'),),
        field=f"{ON_FARGATE}.submitter", value="jobsubmitter.node.selector.a=", rule="can't be blank", fix="a value",
    ),
    "tolerations with a release without pod templates": Bad(
        old=RELEASE, new="    release_label: emr-6.2.0-latest\n",
        also=((TOLERATIONS, TOLERATIONS.rstrip() + " # <-\n"),),
        field=f"{PINNED}.driver.tolerations", value=[{"key": "workload", "operator": "Equal", "value": "spark-driver",
        "effect": "NoSchedule"}], rule="no property for tolerations (Spark on Kubernetes)", fix="raise release_label",
    ),
    "tolerations as Spark configuration": Bad(
        old=DRIVER, new=DRIVER.rstrip() + " # <-\n        node_selection: spark-conf\n",
        field=f"{PINNED}.driver.tolerations", value=[{"key": "workload", "operator": "Equal", "value": "spark-driver",
        "effect": "NoSchedule"}], rule="no property for tolerations", fix="remove node_selection",
    ),
    "pinned driver with a release without pod templates": Bad(
        old=RELEASE, new="    release_label: emr-5.32.0-latest # <-\n", also=((TOLERATIONS, ""),),
        field="jobs.count.release_label", value="emr-5.32.0-latest", rule="one node selector for driver and executors alike",
        fix="Raise release_label",
    ),
    "pinned driver as Spark configuration before 6.8.0": Bad(
        old=RELEASE, new="    release_label: emr-6.7.0-latest # <-\n",
        also=((TOLERATIONS, "        node_selection: spark-conf\n"),),
        field="jobs.count.release_label", value="emr-6.7.0-latest", rule="before EMR 6.8.0", fix="Remove node_selection",
    ),
    "pod templates asked of a release without them": Bad(
        old=RELEASE, new="    release_label: emr-6.2.0-latest # <-\n",
        also=((DRIVER, DRIVER + "        node_selection: pod-template\n"),),
        field="jobs.count.release_label", value="emr-6.2.0-latest", rule="EMR 5.33.0, 6.3.0 or later", fix="Raise",
    ),
    "a base template for a release without them": Bad(
        old=RELEASE, new="    release_label: emr-6.2.0-latest # <-\n",
        also=((SIZE, "    driver: {pod_template: {apiVersion: v1, kind: Pod}}\n"), (PINNED_DRIVER, "")),
        field="jobs.count.release_label", value="emr-6.2.0-latest", rule="pod templates need", fix="remove pod_template",
    ),
}  # fmt: skip

BY_NAMESPACE = {
    "more pods than the quota": Bad(
        old=ANY_ZONE, new=ANY_ZONE + "    quota: {pods: 3}\n",
        also=(("    executors:\n", "    executors: # <-\n"),),
        field="jobs.count.executors", value="2 executors", rule="ResourceQuota virtual-cluster allows 3 (pods)",
        fix="raise the quota",
    ),
    "more memory than the quota": Bad(
        old=ANY_ZONE, new=ANY_ZONE + "    quota: {memory: 15Gi}\n",
        also=(("    executors:\n", "    executors: # <-\n"),),
        field="jobs.count.executors", value="2 executors", rule="15647 MiB of memory, ResourceQuota "
        "virtual-cluster allows 15360 MiB", fix="quota.memory of the virtual cluster",
    ),
    "a container of more memory than is allowed": Bad(
        old=ANY_ZONE, new=ANY_ZONE + "    quota: {container_memory: 2Gi}\n",
        also=(("    driver:\n      cores", "    driver: # <-\n      cores"),),
        field="jobs.count.driver", value="1 vCPU and 3379 MiB", rule="has a limit of 2867 MiB of memory, LimitRange "
        "virtual-cluster allows a container 2048 MiB", fix="quota.container_memory",
    ),
    "more CPU than the quota": Bad(
        old=ANY_ZONE, new=ANY_ZONE + "    quota: {cpu: 2}\n",
        also=(("    executors:\n", "    executors: # <-\n"),),
        field="jobs.count.executors", value="2 executors", rule="vCPU, ResourceQuota virtual-cluster allows 2 vCPU",
        fix="quota.cpu of the virtual cluster",
    ),
    "a directory of the node": Bad(
        old=SIZE, new="    driver:\n      pod_template: {apiVersion: v1, kind: Pod, spec: {containers: [{name: "
        "spark-kubernetes-driver}], volumes: [{name: a, hostPath: {path: /a}}]}} # <-\n", also=((FARGATE, ""),),
        field="jobs.count.driver.pod_template.spec.volumes[0].hostPath", value={"path": "/a"},
        rule="volume a is a directory of its node (hostPath). The namespace enforces", fix="enforce privileged",
    ),
}  # fmt: skip

CASES = ON_FARGATE_CASES | ON_EC2 | BY_RELEASE | BY_NAMESPACE


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_can_not_be_placed_gives_one_line_with_what_is_missing(case: Bad, tmp_path: Path) -> None:
    check(case, tmp_path)
