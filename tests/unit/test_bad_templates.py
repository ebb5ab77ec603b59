"""A wrong pod template gives one line: field, value, rule, fix. Spark would take most of these and lose the placement."""

from pathlib import Path

import pytest

from tests.unit.bad_input import MARK, Bad, check
from tests.unit.environments import TEXT

MEMORY = "      memory: 2g\n"
HEAD = "      pod_template:\n        apiVersion: v1\n        kind: Pod\n"
MAIN = "        spec:\n          containers:\n            - name: spark-kubernetes-driver\n"
FIELD = "jobs.count.driver.pod_template"
PINNED = TEXT[TEXT.index("      pinned-driver:\n") :]
FARGATE = "      fargate:\n"


REQUIRED = {
    "requiredDuringSchedulingIgnoredDuringExecution": {
        "nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]
    }
}


def template(more: str, field: str, value: object, rule: str, fix: str) -> Bad:
    """A template that is right but for `more` below its spec."""
    return Bad(old=MEMORY, new=MEMORY + HEAD + MAIN + more, field=f"{FIELD}.{field}", value=value, rule=rule, fix=fix)


def main(more: str, field: str, value: object, rule: str, fix: str) -> Bad:
    """A template that is right but for `more` in its main container."""
    return template(f"              {more}\n", f"spec.containers[0].{field}", value, rule, fix)


def whole(text: str, field: str, value: object, rule: str, fix: str) -> Bad:
    lines = "".join(f"        {line}\n" for line in text.splitlines())
    mark = "" if MARK in text else f" {MARK}"
    new = f"{MEMORY}      pod_template:{mark}\n{lines}"
    return Bad(old=MEMORY, new=new, field=f"{FIELD}{field}", value=value, rule=rule, fix=fix)


def on_fargate(more: str, field: str, value: object, rule: str) -> Bad:
    """A driver on Fargate whose template would keep it from there."""
    new = MEMORY + HEAD + MAIN + more
    return Bad(
        old=MEMORY, new=new, field=f"{FIELD}.{field}", value=value, rule=rule, fix="Remove it", also=((PINNED, ""),)
    )


CASES = {
    "no template": Bad(
        old=MEMORY, new=MEMORY + "      pod_template: [] # <-\n",
        field=FIELD, value=[], rule="a mapping", fix="key: value",
    ),
    "file not there": Bad(
        old=MEMORY, new=MEMORY + "      pod_template: ./driver.yaml # <-\n",
        field=FIELD, value="./driver.yaml", rule="from the environment file's folder", fix="Correct the path",
    ),
    "no apiVersion": whole(
        "kind: Pod", ".apiVersion", None, "apiVersion v1 (Kubernetes)", "Write v1"
    ),
    "another kind": whole(
        "apiVersion: v1\nkind: Deployment # <-", ".kind", "Deployment", "kind Pod (Kubernetes)", "Write Pod"
    ),
    "no spec": whole(
        "apiVersion: v1\nkind: Pod", ".spec", None, "a spec with containers", "Add it"
    ),
    "spec as list": whole(
        "apiVersion: v1\nkind: Pod\nspec: [a] # <-", ".spec", ["a"], "a mapping (Kubernetes 1.35 Pod schema)", "Correct"
    ),
    "a date": whole(
        "apiVersion: v1\nkind: Pod\nmetadata: {labels: {since: 2024-01-31}}", "", "…", "JSON data", "dates and the like",
    ),
    "an empty field": template(
        "          volumes: # <-\n", "spec.volumes", None, "is not left empty (Kubernetes API)", "Give a value"
    ),
    "misspelt field": template(
        "          nodeSelektor: {a: b} # <-\n", "spec.nodeSelektor", {"a": "b"}, "silently drop", "Did you mean nodeSelector"
    ),
    "misspelt field of a volume": template(
        "          volumes: [{name: a, emptydir: {}}] # <-\n",
        "spec.volumes[0].emptydir", {}, "unknown field", "Did you mean emptyDir",
    ),
    "field that EMR refuses": template(
        "          serviceAccountName: me # <-\n",
        "spec.serviceAccountName", "me", "EMR allows only activeDeadlineSeconds", "Remove it",
    ),
    "host network": template(
        "          hostNetwork: true # <-\n", "spec.hostNetwork", True, "pod templates)", "Remove it"
    ),
    "text for a list": template(
        "          tolerations: all # <-\n", "spec.tolerations", "all", "a list (Kubernetes 1.35", "Correct"
    ),
    "number for a text": template(
        "          hostname: 5 # <-\n", "spec.hostname", 5, "text (Kubernetes 1.35 Pod schema)", "Put it in quotes"
    ),
    "node selector value as boolean": template(
        "          nodeSelector: {spot: true} # <-\n", "spec.nodeSelector.spot", True, "text", "Put it in quotes"
    ),
    "node selector value with a space": template(
        "          nodeSelector: {a: b c} # <-\n", "spec.nodeSelector.a", "b c", "(Kubernetes labels)", "rename"
    ),
    "toleration operator": template(
        "          tolerations: [{key: a, operator: In}] # <-\n",
        "spec.tolerations[0].operator", "In", "must be Equal or Exists", "Write one of these",
    ),
    "toleration effect": template(
        "          tolerations: [{key: a, value: b, effect: Never}] # <-\n",
        "spec.tolerations[0].effect", "Never", "NoSchedule or PreferNoSchedule", "Write one of these",
    ),
    "toleration with a value for Exists": template(
        "          tolerations: [{key: a, operator: Exists, value: b}] # <-\n",
        "spec.tolerations[0].value", "b", "Exists takes no value", "Remove the value",
    ),
    "toleration seconds": template(
        "          tolerations: [{key: a, value: b, effect: NoSchedule, tolerationSeconds: 5}] # <-\n",
        "spec.tolerations[0].tolerationSeconds", 5, "only with effect NoExecute", "Set the effect",
    ),
    "reserved volume": template(
        "          volumes: [{name: temp-data-dir, emptyDir: {}}] # <-\n",
        "spec.volumes[0].name", "temp-data-dir", "EMR reserves this volume name", "Choose another",
    ),
    "image of the main container": main(
        "image: mine # <-", "image", "mine", "EMR allows only env, envFrom", "Remove it"
    ),
    "reserved mount path": main(
        "volumeMounts: [{name: a, mountPath: /tmp/}] # <-",
        "volumeMounts[0].mountPath", "/tmp/", "EMR reserves this path", "Choose another",  # noqa: S108
    ),
    "reserved variable": main(
        "env: [{name: SPARK_CONTAINER_ID, value: a}] # <-",
        "env[0].name", "SPARK_CONTAINER_ID", "EMR reserves this variable", "Choose another",
    ),
    "quantity": main(
        "resources: {limits: {cpu: lots}} # <-", "resources.limits.cpu", "lots", "(Kubernetes Quantity)", "500m"
    ),
    "quantity of an init container": template(
        "          initContainers: [{name: a, image: b, resources: {limits: {memory: 1GB}}}] # <-\n",
        "spec.initContainers[0].resources.limits.memory", "1GB", "a quantity is a number", "2Gi",
    ),
    "a node's name": template(
        "          nodeName: ip-10-0-0-1 # <-\n", "spec.nodeName", "ip-10-0-0-1", "whatever its placement", "Remove it"
    ),
    "another scheduler on Fargate": on_fargate(
        "          schedulerName: yunikorn # <-\n", "spec.schedulerName", "yunikorn", "names a scheduler or a node"
    ),
    "affinity to nodes on Fargate": on_fargate(
        "          affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: # <-\n"
        "            {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Exists}]}]}}}\n",
        "spec.affinity.nodeAffinity", REQUIRED, "no Fargate node satisfies its required node affinity",
    ),
    "node directory on Fargate": on_fargate(
        "          volumes: [{name: a, hostPath: {path: /data}}] # <-\n",
        "spec.volumes[0].hostPath", {"path": "/data"}, "a directory of its node",
    ),
    "GPU on Fargate": on_fargate(
        "              resources: {limits: {nvidia.com/gpu: '1'}} # <-\n",
        "spec.containers[0].resources.limits.nvidia.com/gpu", "1", "requests a device: Fargate has none",
    ),
    "annotation that keeps a pod off Fargate": on_fargate(
        "        metadata: {annotations: {eks.amazonaws.com/compute-type: ec2}} # <-\n",
        "metadata.annotations.eks.amazonaws.com/compute-type", "ec2", "keeps the pod off Fargate",
    ),
    "label that chooses a Fargate profile": on_fargate(
        "        metadata: {labels: {eks.amazonaws.com/fargate-profile: other}} # <-\n",
        "metadata.labels.eks.amazonaws.com/fargate-profile", "other", "chooses a Fargate profile",
    ),
    "arm64 on Fargate": on_fargate(
        "          nodeSelector: {kubernetes.io/arch: arm64} # <-\n",
        "spec.nodeSelector.kubernetes.io/arch", "arm64", "a label that no Fargate node has",
    ),
    "template that contradicts its placement": Bad(
        old=MEMORY, new=MEMORY + HEAD + MAIN + "          nodeSelector: {workload: other} # <-\n", also=((FARGATE, ""),),
        field=f"{FIELD}.spec.nodeSelector.workload", value="other", rule="the placement asks for workload=spark-driver",
        fix="Remove it from the base template",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_wrong_template_gives_one_line_with_field_value_rule_and_fix(case: Bad, tmp_path: Path) -> None:
    check(case, tmp_path)
