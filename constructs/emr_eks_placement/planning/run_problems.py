"""Problems of a run as a whole: its pods together, and their use of the quota."""

from collections.abc import Iterable, Iterator, Mapping

from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.planned_pod import PlannedPod
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling.capacity import Capacity


def problems_of_run(pods: Mapping[Role, PlannedPod], capacity: Capacity, execution_role: str) -> Iterator[Problem]:
    """Yields problems of the pods of a run with each other, and of what they use together. execution_role: its ARN or
    name."""
    submitter, driver, executors = (pods[role].landing for role in ("submitter", "driver", "executors"))
    if submitter.compute == "ec2" and driver.compute == executors.compute == "fargate":
        yield Problem("SUBMITTER_ON_EC2", "submitter", "no Fargate profile selects the submitter")
    if len(executors.zones) > 1:
        yield Problem("EXECUTORS_ACROSS_ZONES", "executors", f"they can run in {', '.join(executors.zones)}")
    if driver.zones and executors.zones and not set(driver.zones) & set(executors.zones):
        what = f"it runs in {', '.join(driver.zones)}, the executors in {', '.join(executors.zones)}"
        yield Problem("DRIVER_IN_ANOTHER_ZONE", "driver", what)
    if pods["executors"].count.most is None:
        yield Problem("EXECUTORS_UNBOUNDED", "executors", "spark.dynamicAllocation.maxExecutors is not set")
    name = execution_role.rsplit("/", 1)[-1]
    if name in capacity.pod_identity_roles:
        for pod in (pods["driver"], pods["executors"]):
            if pod.landing.compute == "fargate":
                yield Problem("FARGATE_POD_IDENTITY", pod.role, f"role {name} has an association")
    vcpus = fargate_vcpus(pods.values())
    if vcpus > capacity.fargate_vcpus:
        role: Role = "executors" if executors.compute == "fargate" else "driver"
        what = f"the run's pods on Fargate take {vcpus:.10g} vCPU together, the quota is taken to be {capacity.fargate_vcpus}"
        yield Problem("FARGATE_VCPU_QUOTA", role, what)


def fargate_vcpus(pods: Iterable[PlannedPod]) -> float:
    """Returns what the pods on Fargate use together: their maximum number, or the minimum without a limit."""
    return sum(pod.landing.size.vcpus * pod.number for pod in pods if pod.landing.size)
