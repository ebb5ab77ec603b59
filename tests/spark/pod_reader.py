"""Pod templates as Spark itself reads them."""

import json
from pathlib import Path
from typing import Any

from local.spark.jvm import SparkJvm


class PodReader:
    """Reads texts by Spark's own method, in one Java process."""

    def __init__(self, jvm: SparkJvm, folder: Path) -> None:
        self._jvm = jvm
        self._file = folder / "template.yaml"
        self._client = jvm.run(
            "making a Kubernetes client",
            lambda java: java.io.fabric8.kubernetes.client.KubernetesClientBuilder().build(),
        )

    def read(self, text: str) -> dict[str, Any]:
        """The Pod of a template, as JSON has it; raises SparkSubmitError where Spark reads none."""
        self._file.write_bytes(text.encode())
        file = str(self._file)

        def load(java: Any) -> str:
            loaded = self._client.pods().load(java.java.io.File(file)).item()
            conf, name = java.org.apache.spark.SparkConf(False), java.scala.Option.empty()
            # What Spark calls: it takes the main container out, so that the pod is read by the same client again.
            java.org.apache.spark.deploy.k8s.KubernetesUtils.loadPodFromTemplate(self._client, file, name, conf)
            return str(java.io.fabric8.kubernetes.client.utils.Serialization.asJson(loaded))

        pod: dict[str, Any] = json.loads(self._jvm.run("reading a template", load))
        return pod
