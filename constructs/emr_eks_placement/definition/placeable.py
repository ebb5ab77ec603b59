"""Refuses a definition whose pods would not land where its placement says, naming what the environment lacks."""

from emr_eks_placement.environment import Environment, FargateProfile
from emr_eks_placement.errors import RuleError
from emr_eks_placement.placement import Ec2, Fargate, Role
from emr_eks_placement.scheduling.fargate import granted_size, matching_profiles, unsatisfied_by_fargate
from emr_eks_placement.scheduling.nodes import candidates
from emr_eks_placement.scheduling.pod import PodShape


def check_placeable(role: Role, pod: PodShape, target: Fargate | Ec2, environment: Environment) -> None:
    """Raises RuleError, with a path from ("placement", …) or ("job", …), unless the pod lands on its target."""
    if target.zone is not None and target.zone not in environment.zones:
        raise RuleError(
            target.zone,
            f"the environment's zones are {', '.join(environment.zones)}",
            "Name one of them or add it",
            path=("placement", role, "zone"),
        )
    profiles = environment.profiles()
    names = matching_profiles(profiles, pod.namespace, pod.labels)
    if isinstance(target, Fargate):
        _check_on_fargate(role, pod, target, environment, {name: profiles[name] for name in names})
    else:
        _check_on_ec2(role, pod, environment, names)


def _check_on_fargate(
    role: Role, pod: PodShape, target: Fargate, environment: Environment, profiles: dict[str, FargateProfile]
) -> None:
    wanted = (target.zone,) if target.zone else environment.zones
    fitting = [name for name, profile in profiles.items() if set(profile.zones or environment.zones) <= set(wanted)]
    if not profiles:
        raise RuleError(
            target.label_value,
            f"no Fargate profile takes pods of namespace {pod.namespace} labelled spark-node-placement={target.label_value}",
            _profile_mend(target),
            path=("placement", role),
        )
    if len(fitting) < len(profiles):
        other = next(name for name in profiles if name not in fitting)
        raise RuleError(
            target.label_value,
            f"Fargate profile {other} takes this pod too and runs it in {', '.join(profiles[other].zones or environment.zones)}",
            "Narrow that profile's selectors or zones",
            path=("placement", role),
        )
    unsatisfied = unsatisfied_by_fargate(pod.node_selector, environment.region, wanted)
    if unsatisfied:
        raise RuleError(
            unsatisfied[1],
            "no Fargate node has this label: the pod would stay Pending for ever (EKS guide, Fargate)",
            "Remove it from the pod template's nodeSelector",
            path=("job", role, "pod_template", "spec", "nodeSelector", unsatisfied[0]),
        )
    if granted_size(pod.cpu_millis, pod.memory_mib) is None:
        raise RuleError(
            f"{pod.cpu_millis / 1000:g} vCPU and {pod.memory_mib} MiB",
            f"the {role} pod with overhead, sidecars and Fargate's own 256 MiB exceeds the largest Fargate pod, "
            "16 vCPU and 120 GB (EKS guide, Fargate pod configuration)",
            "Lower cores or memory, or place the pod on EC2",
            path=("job", role) if role != "submitter" else ("placement", "submitter"),
        )


def _profile_mend(target: Fargate) -> str:
    if target.zone:
        return f"Add {target.zone} to fargate.single_zones of the virtual cluster"
    return "Set fargate.any_zone of the virtual cluster"


def _check_on_ec2(role: Role, pod: PodShape, environment: Environment, profiles: tuple[str, ...]) -> None:
    if profiles:
        raise RuleError(
            f"namespace {pod.namespace}",
            f"Fargate profile {profiles[0]} takes this pod, which is to run on EC2",
            "Add a label to the profile's selector that this pod does not carry",
            path=("placement", role),
        )
    found = candidates(pod, environment.node_groups, environment.zones)
    if not found.node_groups:
        reasons = "; ".join(f"{refusal.node_group}: {refusal.reason}" for refusal in found.refusals)
        raise RuleError(
            f"{pod.cpu_millis / 1000:g} vCPU and {pod.memory_mib} MiB",
            f"no node group takes the {role} pod: {reasons} (Kubernetes scheduler)",
            "Add such a node group, or change what the placement or the job asks for",
            path=("placement", role),
        )
