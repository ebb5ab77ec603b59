"""The small environment of environments/dev.yaml with other choices, read as a user's file is."""

from pathlib import Path
from typing import Any

import yaml

from emr_eks_placement.environment import Environment
from emr_eks_placement.environment_file import load_environment

_ROOT = Path(__file__).parents[1]

PRIVATE_NETWORK = {"nat_gateways": 0, "interface_endpoints": True, "flow_logs": True, "flow_log_retention_days": 7}


def changed_environment(folder: Path, **parts: dict[str, Any]) -> Environment:
    """Writes <folder>/changed.yaml: dev.yaml with settings of its parts, network or cluster, replaced or added."""
    text = (_ROOT / "environments/dev.yaml").read_text().replace("../assets", str(_ROOT / "assets"))
    data = yaml.safe_load(text)
    for part, settings in parts.items():
        data[part] |= settings
    file = folder / "changed.yaml"
    file.write_text(yaml.safe_dump(data, sort_keys=False))
    return load_environment(file)
