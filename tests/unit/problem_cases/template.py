"""Cases of pod templates."""

from tests.unit.planned import (
    template,
)  # fmt: skip
from tests.unit.problem_cases.case import Case

CASES: dict[str, list[Case]] = {
    "TEMPLATE_UNSUPPORTED": [
        Case("driver", "emr-6.2.0-latest does not read", driver=template(), release="emr-6.2.0-latest"),
    ],
    "TEMPLATE_KIND": [
        Case("executors", "kind = 'Deployment'", executor={**template("executor"), "kind": "Deployment"}),
        Case("driver", "as a Pod with kind 7", driver={**template(), "kind": 7}),
    ],
    "TEMPLATE_FIELD": [
        Case("driver", "spec.nodeSelektor = ", driver=template(nodeSelektor={"workload": "spark"})),
        Case("driver", "spec.template = ", driver={"kind": "Deployment", "spec": {"template": {"spec": {}}}}),
    ],
    "TEMPLATE_REFUSED": [
        Case("driver", "spec.serviceAccountName = 'a'", driver=template(serviceAccountName="a")),
        Case("driver", "image", driver=template(main={"image": "spark"})),
        Case("driver", "EMR reserves this volume name", driver=template(volumes=[{"name": "mnt-dir", "emptyDir": {}}])),
    ],
    "TEMPLATE_CONTAINER": [
        Case("executors", "EMR adds it itself and keeps this one", executor=template("executors")),
        Case("driver", "Spark's container is called spark-kubernetes-driver", driver=template("executor")),
        Case("driver", "spec.containers[0].name = 'spark-driver'", driver=template(main={"name": "spark-driver"})),
    ],
}  # fmt: skip
