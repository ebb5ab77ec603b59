"""A job template of your own, whose pods are planned at every synthesis in the node groups of the same app."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_emrcontainers as emrcontainers
from aws_cdk.aws_s3_assets import Asset
from aws_cdk.lambda_layer_kubectl_v35 import KubectlV35Layer

from emr_eks_placement.environment import NodeGroup
from emr_eks_placement.infra import NodeGroups, PlacementChecks

app = cdk.App()
stack = cdk.Stack(app, "Spark", env=cdk.Environment(region="us-east-1"))
cluster = eks.Cluster(
    stack,
    "Cluster",
    version=eks.KubernetesVersion.V1_35,
    vpc=ec2.Vpc(stack, "Vpc", availability_zones=["us-east-1a", "us-east-1b"]),
    default_capacity_type=eks.DefaultCapacityType.NODEGROUP,
    kubectl_provider_options=eks.KubectlProviderOptions(kubectl_layer=KubectlV35Layer(stack, "Kubectl")),
)
executors = NodeGroup(instance_types=("m6i.2xlarge",), max_size=4, labels={"workload": "spark-executor"})
NodeGroups(stack, "Nodes", cluster=cluster, groups={"executors": executors})
spark = cluster.add_manifest("Namespace", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "spark-jobs"}})
Template, VirtualCluster = emrcontainers.CfnJobTemplate, emrcontainers.CfnVirtualCluster
VirtualCluster(
    stack,
    "VirtualCluster",
    name="spark",
    container_provider=VirtualCluster.ContainerProviderProperty(
        type="EKS",
        id=cluster.cluster_name,
        info=VirtualCluster.ContainerInfoProperty(eks_info=VirtualCluster.EksInfoProperty(namespace="spark-jobs")),
    ),
).node.add_dependency(spark)

template = Asset(stack, "Executors", path=str(Path(__file__).with_name("executors.yaml")))
parameters = {"spark.executor.instances": "2", "spark.executor.cores": "2", "spark.executor.memory": "4g"}
parameters["spark.kubernetes.executor.podTemplateFile"] = template.s3_object_url
Template(
    stack,
    "TripCount",
    name="trip-count",
    job_template_data=Template.JobTemplateDataProperty(
        execution_role_arn="arn:aws:iam::111122223333:role/spark-jobs",
        release_label="emr-7.12.0-latest",
        job_driver=Template.JobDriverProperty(
            spark_submit_job_driver=Template.SparkSubmitJobDriverProperty(
                entry_point="s3://example-trips/trip_count.py",
                spark_submit_parameters=" ".join(f"--conf {name}={value}" for name, value in parameters.items()),
            )
        ),
    ),
)

cdk.Validations.of(app).add_plugins(PlacementChecks(fail_on="error"))
app.synth()
