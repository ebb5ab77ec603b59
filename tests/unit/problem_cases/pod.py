"""Cases of a pod's fields, wherever it lands: what the API refuses, and what a plan does not model."""

from tests.unit.planned import template
from tests.unit.problem_cases.case import Case

CASES: dict[str, list[Case]] = {
    "API_REFUSED": [
        Case("driver", "spec.containers[side].image = (nothing)", driver=template(sidecars=[{"name": "side"}])),
        Case("executors", "spark.kubernetes.executor.limit.cores = '1'",
             {"spark.executor.cores": "4", "spark.kubernetes.executor.limit.cores": "1"}),
        Case("driver", "spark.kubernetes.driver.limit.cores = 'two'", {"spark.kubernetes.driver.limit.cores": "two"}),
        Case("driver", "spec.containers[spark-kubernetes-driver].resources.limits.cpu = '500m': must be at least",
             driver=template(main={"resources": {"limits": {"cpu": "500m"}}})),
        Case("submitter", "spec.tolerations[0].key = 'not a key'",
             emr={"emr_job_submitter": {"jobsubmitter.node.toleration.not a key": "a",
                                        "jobsubmitter.node.toleration.not a key.effect": "NoSchedule"}}),
    ],
    "POD_PRIORITY": [Case("driver", "priorityClassName is batch", driver=template(priorityClassName="batch"))],
    "POD_RUNTIME_CLASS": [Case("driver", "runtimeClassName is kata", driver=template(runtimeClassName="kata"))],
    "POD_NOT_MODELLED": [
        Case("driver", "it has awsElasticBlockStore: an EBS volume is in one zone",
             driver=template(volumes=[{"name": "data", "awsElasticBlockStore": {"volumeID": "vol-1"}}])),
        Case("driver", "it has iscsi: a volume that no EKS node",
             driver=template(volumes=[{"name": "data", "iscsi": {"iqn": "iqn.a", "lun": 0, "targetPortal": "a"}}])),
    ],
}  # fmt: skip
