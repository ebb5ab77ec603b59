"""Virtual clusters and jobs, each in placements that the rest of the environment allows."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from tests.generated_environments.choices import RETENTION_DAYS, Data, free_name, maybe
from tests.generated_environments.given import given_to_team
from tests.generated_environments.platform import DRIVERS

_OWN_PROFILES = 1  # of the ten Fargate profiles of a cluster
_MOST_PROFILES = 10
# What a release can say of EC2 nodes: nothing, pod templates, or node selectors as Spark configuration too.
_RELEASES = ("emr-5.32.0-latest", "emr-6.2.0-latest")
_TEMPLATE_RELEASES = ("emr-5.36.0-latest", "emr-6.5.0-20220802")
_SELECTOR_RELEASES = ("emr-6.10.0-latest", "emr-7.12.0-latest", "emr-spark-8.0.0-latest")


def add_team(chance: Random, data: Data, *, given: bool = False) -> None:
    """A virtual cluster with a job. given: whether it may name an existing role, log group and namespace."""
    clusters = data["virtual_clusters"]
    name = free_name("team", clusters)
    taken = (
        _OWN_PROFILES
        + ("core_dns" in data["cluster"])
        + sum(
            settings.get("fargate", {}).get("any_zone", True) + len(settings.get("fargate", {}).get("single_zones", []))
            for settings in clusters.values()
        )
    )
    settings = _virtual_cluster(chance, name, data["zones"], _MOST_PROFILES - taken) | _namespace(chance)
    if DRIVERS not in data["node_groups"]:
        settings.pop("fargate", None)
    clusters[name] = given_to_team(chance, name, settings) if given else settings
    add_job(chance, data)


def add_job(chance: Random, data: Data) -> None:
    name = free_name("job", data["jobs"])
    data["jobs"][name] = _job(chance, name, data)


def _virtual_cluster(chance: Random, name: str, zones: Sequence[str], profiles: int) -> Data:
    """profiles: how many Fargate profiles it may have."""
    settings: Data = {"namespace": f"spark-{name}"}
    singles = chance.sample(zones, min(chance.choice((0, 1, len(zones))), max(0, profiles - 1)))
    if profiles == 0 or chance.random() < 0.7:
        settings["fargate"] = {
            "any_zone": profiles > 0 and chance.random() < 0.9,
            **({"single_zones": sorted(singles)} if singles else {}),
        }
    if chance.random() < 0.5:
        settings["data_access"] = maybe(
            chance,
            0.7,
            read=lambda: ["s3://example-trips/raw/", "s3://example-zones"][: chance.randint(1, 2)],
            write=lambda: [f"s3://example-{name}/results/"],
            kms_key_arns=lambda: ["arn:aws:kms:us-east-1:111122223333:key/trips"],
        )
    if chance.random() < 0.7:
        settings["logs"] = maybe(
            chance,
            0.5,
            cloudwatch=lambda: chance.random() < 0.5,
            s3=lambda: chance.random() < 0.5,
            retention_days=lambda: chance.choice(RETENTION_DAYS),
        )
        if "s3" in settings["logs"]:
            settings["logs"]["persistent_app_ui"] = settings["logs"]["s3"]
    return settings


def _namespace(chance: Random) -> Data:
    """What its pods may ask for, of which its jobs take less, and the roles that they may run with beside its own."""
    amounts = maybe(
        chance, 0.6, pods=lambda: 200, cpu=lambda: 2000, memory=lambda: "2Ti", container_memory=lambda: "64Gi"
    )
    roles = {"audit": maybe(chance, 0.5, data_access=lambda: {"read": ["s3://example-audit/"]})}
    return maybe(
        chance,
        0.3,
        quota=lambda: amounts,
        pod_security=lambda: chance.choice(("baseline", "privileged")),
        execution_roles=lambda: roles,
    )


def _job(chance: Random, name: str, data: Mapping[str, Any]) -> Data:
    """A job of a random size and release, in placements that its virtual cluster and the node groups allow."""
    owner = chance.choice(list(data["virtual_clusters"]))
    placements = _placements(chance, data, owner)
    job: Data = {
        "virtual_cluster": owner,
        "entry_point": "s3://example-code/trips.py",
        "release_label": chance.choice(_releases(placements.values())),
        "driver": _size(chance),
        "executors": _size(chance) | maybe(chance, 0.7, instances=lambda: chance.randint(1, 8)),
        "placements": placements,
    }
    if chance.random() < 0.2:
        job |= {"entry_point": "s3://example-code/trips.jar", "main_class": "example.Trips"}
    if job["release_label"] not in _RELEASES and chance.random() < 0.3:
        role = chance.choice(("driver", "executors"))
        job[role]["pod_template"] = _pod_template(role)
    roles = list(data["virtual_clusters"][owner].get("execution_roles", {}))
    job |= maybe(chance, 0.5, execution_role=lambda: chance.choice(roles)) if roles else {}
    job |= _started(chance, placements)
    return {
        **maybe(
            chance,
            0.4,
            name=lambda: f"{name}/daily",
            start_timeout=lambda: chance.choice((600, 1800, 4800)),
            duration=lambda: chance.choice(("45m", "1h30m", "90s")),
            runs_per_month=lambda: chance.randint(1, 1000),
            shuffle_gb=lambda: chance.choice((0.5, 100, 4000)),
            arguments=lambda: ["--trips", "s3://example-trips/raw/"],
            spark_conf=lambda: {"spark.sql.shuffle.partitions": str(chance.randint(10, 400))},
        ),
        **job,
    }


def _started(chance: Random, placements: Data) -> Data:
    """State machines and schedules of some placements, and what a job template may be given."""
    for placement in placements.values():
        placement |= maybe(
            chance,
            0.25,
            state_machine=lambda: maybe(chance, 0.5, timeout_minutes=lambda: chance.randint(1, 600)),
            schedule=lambda: _schedule(chance),
        )
    if chance.random() < 0.7:
        return {}
    rows = maybe(chance, 0.7, type=lambda: "NUMBER") | {"default": str(chance.randint(1, 400))}
    return {
        "arguments": ["--rows=${rows}", "--day", "${day}"],
        "spark_conf": {"spark.sql.shuffle.partitions": "${rows}"},
        "parameters": {"rows": rows, "day": {"default": "2024-01-31"}},
    }


def _schedule(chance: Random) -> Data:
    queue = "arn:aws:sqs:us-east-1:111122223333:not-started"
    return {"expression": chance.choice(("rate(1 day)", "cron(30 3 ? * MON-FRI *)"))} | maybe(
        chance,
        0.4,
        time_zone=lambda: "Europe/Berlin",
        enabled=lambda: chance.random() < 0.5,
        flexible_minutes=lambda: chance.randint(1, 1440),
        retry_attempts=lambda: chance.randint(0, 185),
        retry_minutes=lambda: chance.randint(1, 1440),
        dead_letter_queue_arn=lambda: queue,
    )


def _pod_template(role: str) -> Data:
    container = {"driver": "spark-kubernetes-driver", "executors": "spark-kubernetes-executor"}[role]
    spec = {"containers": [{"name": container, "env": [{"name": "TZ", "value": "UTC"}]}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"labels": {"example.com/owner": "data"}}, "spec": spec}


def _releases(placements: Any) -> Sequence[str]:
    """The releases that can say what the placements ask."""
    if any("node_selection" in placement for placement in placements):
        return _SELECTOR_RELEASES
    if all(placement["mode"] == "fargate" for placement in placements):
        return (*_RELEASES, *_TEMPLATE_RELEASES, *_SELECTOR_RELEASES)
    return (*_TEMPLATE_RELEASES, *_SELECTOR_RELEASES)


def _size(chance: Random) -> Data:
    return {
        **maybe(chance, 0.7, cores=lambda: chance.randint(1, 4), memory=lambda: f"{chance.randint(1, 12)}g"),
        **maybe(chance, 0.3, memory_overhead=lambda: chance.choice(("512m", "1g"))),
    }


def _placements(chance: Random, data: Mapping[str, Any], owner: str) -> Data:
    fargate = data["virtual_clusters"][owner].get("fargate", {})
    any_zone, singles = fargate.get("any_zone", True), fargate.get("single_zones", [])
    modes = ["ec2", *(["fargate", "fargate-executors", "pinned-driver"] if any_zone or singles else [])]
    modes = modes if DRIVERS in data["node_groups"] else ["fargate"]
    chosen = chance.sample(modes, chance.randint(1, len(modes)))
    placements: Data = {}
    for mode in chosen:
        zones = data["zones"] if mode == "ec2" else singles
        zone = chance.choice(zones) if zones and ((mode != "ec2" and not any_zone) or chance.random() < 0.4) else None
        has_nodes = DRIVERS in data["node_groups"]
        submitter = _submitter(chance, any_zone, singles) if has_nodes else {"submitter": "fargate"}
        placement = {"mode": mode, **({"zone": zone} if zone else {}), **submitter}
        if mode == "pinned-driver":
            placement["driver"] = {"node_labels": {"workload": "spark-driver"}}
        if mode == "ec2":
            placement |= _on_ec2(chance, data["node_groups"] | data.get("node_pools", {}), zone)
        placements[mode if chance.random() < 0.6 else f"{mode}-{len(placements)}"] = placement
    return placements


def _submitter(chance: Random, any_zone: bool, singles: Sequence[str]) -> Data:
    choices: list[Any] = ["ec2", {"node_labels": {"workload": "spark-driver"}}]
    choices += ["fargate"] if any_zone else []
    choices += [{"compute": "fargate", "zone": zone} for zone in singles]
    return maybe(chance, 0.5, submitter=lambda: chance.choice(choices))


def _on_ec2(chance: Random, groups: Mapping[str, Any], zone: str | None) -> Data:
    """Driver and executors on node groups that have the zone, each asking for what its group has."""
    driver = _nodes_of(chance, groups[DRIVERS])
    able = [
        group
        for name, group in groups.items()
        if name.startswith(("executors-", "pool")) and (not zone or zone in group.get("zones", [zone]))
    ]
    executors = _nodes_of(chance, chance.choice(able)) if able else {"node_labels": {"workload": "spark-driver"}}
    ways = ("pod-template",) if "tolerations" in executors else ("pod-template", "spark-conf")
    return {"driver": driver, "executors": executors} | maybe(chance, 0.3, node_selection=lambda: chance.choice(ways))


def _nodes_of(chance: Random, group: Mapping[str, Any]) -> Data:
    """What a pod asks of EC2 nodes to run on a group's."""
    asked: Data = {"node_labels": dict(group["labels"])}
    tolerations = [_toleration(chance, taint) for taint in group.get("taints", [])]
    if tolerations:
        asked["tolerations"] = tolerations
    if len(group["instance_types"]) == 1 and chance.random() < 0.3:
        asked["instance_type"] = group["instance_types"][0]
    if len(group.get("zones", [])) == 1 and chance.random() < 0.3:
        asked["zone"] = group["zones"][0]
    bought = group.get("capacity_types", [group.get("capacity_type", "on-demand")])
    return asked | maybe(chance, 0.4, capacity_type=lambda: chance.choice(bought))


def _toleration(chance: Random, taint: Mapping[str, str]) -> Data:
    if taint["effect"] == "NoExecute" and chance.random() < 0.5:
        return {"key": taint["key"], "operator": "Exists", "effect": "NoExecute", "toleration_seconds": 86400}
    return dict(taint)
