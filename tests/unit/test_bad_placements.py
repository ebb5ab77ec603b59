"""A placement that no pod can have gives one line: field, value, rule, fix."""

from pathlib import Path

import pytest

from tests.unit.bad_input import Bad, check

REGION = "region: us-east-1\n"
FARGATE = "      fargate:\n"
ANY_ZONE = "    fargate: {any_zone: true, single_zones: [us-east-1a]}\n"
DRIVER = """\
        driver:
          node_labels: {workload: spark-driver}
          tolerations: [{key: workload, value: spark-driver, effect: NoSchedule}]
"""
LABELS = "          node_labels: {workload: spark-driver}\n"
TOLERATIONS = "          tolerations: [{key: workload, value: spark-driver, effect: NoSchedule}]\n"
RELEASE = "    release_label: emr-7.12.0-latest\n"
PINNED = "jobs.count.placements.pinned-driver"
ON_FARGATE = "jobs.count.placements.fargate"

CHOICES = {
    "placement without mode": Bad(
        old=FARGATE, new="      night: # <-\n",
        field="jobs.count.placements.night.mode", value="night", rule="sets its mode: fargate, fargate-exec", fix="Add mode",
    ),
    "unknown mode": Bad(
        old=FARGATE, new="      night: {mode: fargat} # <-\n",
        field="jobs.count.placements.night.mode", value="fargat", rule="must be 'fargate'", fix="one of these",
    ),
    "placement name": Bad(
        old=FARGATE, new="      At_Night: {mode: fargate} # <-\n",
        field="jobs.count.placements.At_Night", value="At_Night", rule="placement: a name has", fix="Rename it",
    ),
    "placement that is no mapping": Bad(
        old=FARGATE, new="      fargate: us-east-1a # <-\n",
        field=ON_FARGATE, value="us-east-1a", rule="a mapping", fix="key: value",
    ),
    "unknown key": Bad(
        old=FARGATE, new="      fargate: {zones: us-east-1a} # <-\n",
        field=f"{ON_FARGATE}.zones", value="us-east-1a", rule="unknown key", fix="Did you mean zone",
    ),
    "Spot on Fargate": Bad(
        old=FARGATE, new="      fargate: {driver: {capacity_type: spot}} # <-\n",
        field=f"{ON_FARGATE}.driver", value={"capacity_type": "spot"}, rule="no Spot", fix="a mode that puts it on EC2",
    ),
    "arm64 on Fargate": Bad(
        old=FARGATE, new="      fargate: {executors: {instance_type: m7g.xlarge}} # <-\n",
        field=f"{ON_FARGATE}.executors", value={"instance_type": "m7g.xlarge"}, rule="no arm64 (EKS guide, Fargate)",
        fix="a mode that puts it on EC2",
    ),
    "submitter with Spot on Fargate": Bad(
        old=FARGATE, new="      fargate: {submitter: {compute: fargate, capacity_type: spot}} # <-\n",
        field=f"{ON_FARGATE}.submitter.capacity_type", value="spot", rule="there is no Spot", fix="compute: ec2",
    ),
    "submitter somewhere": Bad(
        old=FARGATE, new="      fargate: {submitter: lambda} # <-\n",
        field=f"{ON_FARGATE}.submitter", value="lambda", rule="fargate, ec2, or a mapping", fix="one of these",
    ),
    "submitter's compute": Bad(
        old=FARGATE, new="      fargate: {submitter: {compute: lambda}} # <-\n",
        field=f"{ON_FARGATE}.submitter.compute", value="lambda", rule="one of 'fargate', 'ec2'", fix="one of these",
    ),
    "pinned driver without labels": Bad(
        old="      pinned-driver:\n" + DRIVER, new="      pinned-driver: {zone: us-east-1a} # <-\n",
        field=f"{PINNED}.driver.node_labels", value={}, rule="pins the driver to a node group with labels",
        fix="use mode fargate-executors",
    ),
    "labels for a driver anywhere": Bad(
        old=FARGATE, new="      fargate-executors: {driver: {node_labels: {workload: spark-driver}}} # <-\n",
        field="jobs.count.placements.fargate-executors.driver.node_labels", value={"workload": "spark-driver"},
        rule="lets the driver run on any node group", fix="Use mode pinned-driver",
    ),
    "two zones": Bad(
        old=DRIVER, new="        zone: us-east-1a\n" + DRIVER + "          zone: us-east-1b # <-\n",
        field=f"{PINNED}.driver.zone", value="us-east-1b", rule="the placement's zone is us-east-1a", fix="once",
    ),
    "node label with a field": Bad(
        old=LABELS, new="          node_labels: {topology.kubernetes.io/zone: us-east-1a} # <-\n",
        field=f"{PINNED}.driver.node_labels.topology.kubernetes.io/zone", value="us-east-1a", rule="its own field",
        fix="Write zone instead",
    ),
    "node label value with a space": Bad(
        old=LABELS, new="          node_labels: {workload: spark driver} # <-\n",
        field=f"{PINNED}.driver.node_labels.workload", value="spark driver", rule="(Kubernetes labels)", fix="rename",
    ),
    "unknown instance type": Bad(
        old=LABELS, new=LABELS + "          instance_type: m6i.5xlarge # <-\n",
        field=f"{PINNED}.driver.instance_type", value="m6i.5xlarge", rule="no such instance type", fix="Did you mean m6i",
    ),
    "unknown node selection": Bad(
        old=FARGATE, new="      fargate: {node_selection: yaml} # <-\n",
        field=f"{ON_FARGATE}.node_selection", value="yaml", rule="'pod-template' or 'spark-conf'", fix="one of these",
    ),
    "toleration with a value for Exists": Bad(
        old=TOLERATIONS, new="          tolerations: [{key: a, operator: Exists, value: b}] # <-\n",
        field=f"{PINNED}.driver.tolerations[0].value", value="b", rule="Exists takes no value", fix="Remove the value",
    ),
    "toleration without a key": Bad(
        old=TOLERATIONS, new="          tolerations: [{value: b}] # <-\n",
        field=f"{PINNED}.driver.tolerations[0].key", value=None, rule="operator Equal needs a key", fix="taint's key",
    ),
    "toleration operator": Bad(
        old=TOLERATIONS, new="          tolerations: [{key: a, operator: In}] # <-\n",
        field=f"{PINNED}.driver.tolerations[0].operator", value="In", rule="'Equal' or 'Exists'", fix="one of these",
    ),
    "toleration seconds": Bad(
        old=TOLERATIONS, new="          tolerations: [{key: a, value: b, toleration_seconds: 5}] # <-\n",
        field=f"{PINNED}.driver.tolerations[0].toleration_seconds", value=5, rule="only with effect NoExecute", fix="Set",
    ),
    "toleration in Kubernetes' spelling": Bad(
        old=TOLERATIONS, new="          tolerations: [{key: a, value: b, tolerationSeconds: 5}] # <-\n",
        field=f"{PINNED}.driver.tolerations[0].tolerationSeconds", value=5, rule="unknown key",
        fix="Did you mean toleration_seconds",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CHOICES.values(), ids=CHOICES.keys())
def test_a_wrong_choice_gives_one_line_with_field_value_rule_and_fix(case: Bad, tmp_path: Path) -> None:
    check(case, tmp_path)
