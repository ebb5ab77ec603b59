"""Cases of what EMR on EKS makes of a request."""

from tests.unit.problem_cases.case import Case

DRIVER = "spark.kubernetes.driver."
SIZING = "emr-containers.amazonaws.com/dynamic.sizing"
CASES: dict[str, list[Case]] = {
    "EMR_CONFIGURATION": [
        Case("driver", "there is no classification spark-default", emr={"spark_default": {"spark.a": "b"}}),
        Case(
            "submitter", "has no property jobsubmiter.label.a", emr={"emr_job_submitter": {"jobsubmiter.label.a": "b"}}
        ),
        Case("driver", "jeg-config is for managed endpoints", emr={"jeg_config": {"a": "b"}}),
        Case(
            "driver", "executor.logging is disabled", emr={"emr_containers_defaults": {"executor.logging": "disabled"}}
        ),
        Case("driver", "has no property job-start-timeout", {"job-start-timeout": "1800"}),
    ],
    "EMR_SPARK_CONF": [
        Case("driver", "pullPolicy is set", {"spark.kubernetes.container.image.pullPolicy": "IfNotPresent"}),
        Case("driver", "internalPodTemplateFile is set", {f"{DRIVER}internalPodTemplateFile": "pod.yaml"}),
    ],
    "EMR_SPARK_ENV": [
        Case("driver", "SPARK_CONF_DIR is /opt/conf", emr={"spark_env": {"SPARK_CONF_DIR": "/opt/conf"}})
    ],
    "EMR_VERTICAL_AUTOSCALING": [
        Case(
            "executors",
            "dynamic.sizing.mode is Auto",
            {f"{DRIVER}label.{SIZING}": "true", f"{DRIVER}annotation.{SIZING}.mode": "Auto"},
        ),
    ],
    "EMR_RETRIES": [
        Case("driver", "up to 3 drivers start", more={"retryPolicyConfiguration": {"maxAttempts": 3}}),
        Case(
            "driver",
            "emr-6.8.0-latest has no retry policies",
            release="emr-6.8.0-latest",
            more={"retryPolicyConfiguration": {"maxAttempts": 3}},
        ),
    ],
}
