"""Random valid changes of a generated environment."""

import copy
from random import Random

from tests.generated_environments.choices import RETENTION_DAYS, Data, free_name
from tests.generated_environments.jobs import add_job, add_team
from tests.generated_environments.platform import executors


def change(data: Data, seed: int) -> Data:
    """A copy of an environment's data with one random valid change; the same for the same seed."""
    chance = Random(seed)  # noqa: S311 - to be repeated, not to be secret
    for make in chance.sample(_CHANGES, len(_CHANGES)):
        changed = copy.deepcopy(data)
        make(chance, changed)
        if changed != data:
            return changed
    raise ValueError("no change applies")


def _remove_team(chance: Random, data: Data) -> None:
    """One without definition stacks, which would have to be deleted first."""
    removable = [name for name, one in data["virtual_clusters"].items() if "definition_stacks" not in one]
    if removable and len(data["virtual_clusters"]) > 1:
        gone = chance.choice(removable)
        del data["virtual_clusters"][gone]
        data["jobs"] = {name: job for name, job in data["jobs"].items() if job["virtual_cluster"] != gone}


def _remove_job(chance: Random, data: Data) -> None:
    if data["jobs"]:
        del data["jobs"][chance.choice(list(data["jobs"]))]


def _resize_job(chance: Random, data: Data) -> None:
    if data["jobs"]:
        chance.choice(list(data["jobs"].values()))["executors"]["instances"] = chance.randint(1, 8)


def _add_node_group(chance: Random, data: Data) -> None:
    groups = data["node_groups"]
    name = free_name("executors", groups)
    groups[name] = executors(chance, data["zones"], name)


def _resize_node_group(chance: Random, data: Data) -> None:
    if data["node_groups"]:
        chance.choice(list(data["node_groups"].values()))["max_size"] += chance.randint(1, 5)


def _label_node_group(chance: Random, data: Data) -> None:
    if not data["node_groups"]:
        return
    group = chance.choice(list(data["node_groups"].values()))
    group["labels"] = {**group.get("labels", {}), "tier": str(chance.randint(1, 9))}


def _keep_logs_for(chance: Random, data: Data) -> None:
    settings = chance.choice(list(data["virtual_clusters"].values()))
    logs = {key: value for key, value in settings.get("logs", {}).items() if key != "log_group"}
    settings["logs"] = {**logs, "retention_days": chance.choice(RETENTION_DAYS)}


def _tag(chance: Random, data: Data) -> None:
    data["tags"] = {**data.get("tags", {}), "stage": chance.choice(("dev", "test", "prod"))}


_CHANGES = (
    add_team,
    _remove_team,
    add_job,
    _remove_job,
    _resize_job,
    _add_node_group,
    _resize_node_group,
    _label_node_group,
    _keep_logs_for,
    _tag,
)
