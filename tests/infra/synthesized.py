"""Synthesized templates, and what tests ask of them."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from emr_eks_placement.environment import Environment
from stacks import EnvironmentStacks

ROOT = Path(__file__).parents[2]
Resource = dict[str, Any]

ACCOUNT = "111122223333"


def cli_context() -> dict[str, Any]:
    """The context that the CDK CLI passes to the app: cdk.json's, and metadata in the templates."""
    context: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
    return {**context, "aws:cdk:enable-path-metadata": True, "aws:cdk:enable-asset-metadata": True}


@dataclass(frozen=True)
class Synthesized:
    """An environment, its stacks and its cloud assembly."""

    environment: Environment
    stacks: EnvironmentStacks
    folder: Path

    @cached_property
    def files(self) -> list[Path]:
        return sorted(self.folder.glob("*.template.json"))

    @cached_property
    def templates(self) -> dict[str, dict[str, Any]]:
        """By stack name."""
        return {file.name.removesuffix(".template.json"): json.loads(file.read_text()) for file in self.files}

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """Of all stacks, by logical id; one that stacks of definitions share, by STACK.ID but for the first."""
        merged: dict[str, Resource] = {}
        for stack, template in self.templates.items():
            for key, resource in template["Resources"].items():
                assert key not in merged or stack.startswith(f"{self.environment.name}-job-runs")
                merged[f"{stack}.{key}" if key in merged else key] = resource
        return merged

    def of_type(self, kind: str) -> dict[str, Resource]:
        return {key: resource for key, resource in self.resources.items() if resource["Type"] == kind}

    def properties(self, kind: str) -> list[dict[str, Any]]:
        return [resource.get("Properties", {}) for resource in self.of_type(kind).values()]

    def path_of(self, logical_id: str) -> str:
        """The construct path of a resource, without the environment's name."""
        path: str = self.resources[logical_id]["Metadata"]["aws:cdk:path"]
        return path.removeprefix(f"{self.environment.name}-")

    def at(self, path: str, kind: str) -> tuple[str, Resource]:
        """The resource of a type at a construct path below its stack, with its logical id."""
        found = [
            (key, resource)
            for key, resource in self.of_type(kind).items()
            if resource["Metadata"]["aws:cdk:path"].split("/", 1)[1] == path
        ]
        assert len(found) == 1, (path, kind, found)
        return found[0]

    def exported(self, value: Any) -> Any:
        """The value in another stack for an Fn::ImportValue or Fn::GetStackOutput; anything else as it is."""
        match value:
            case {"Fn::GetStackOutput": where}:
                return self.templates[where["StackName"]]["Outputs"][where["OutputName"]]["Value"]
            case {"Fn::ImportValue": name}:
                outputs = [one for template in self.templates.values() for one in template.get("Outputs", {}).values()]
                (output,) = (one for one in outputs if one.get("Export", {}).get("Name") == name)
                return output["Value"]
        return value

    def zones_of(self, subnets: list[Any]) -> list[str]:
        """The zones of private subnets, by reference."""
        found = [self.resources[self.exported(subnet)["Ref"]] for subnet in subnets]
        assert all(subnet["Properties"]["MapPublicIpOnLaunch"] is False for subnet in found)
        return [subnet["Properties"]["AvailabilityZone"] for subnet in found]

    def deployed(self, value: Any) -> Any:
        """A value of a template as it might be once deployed."""
        if isinstance(value, list):
            return [self.deployed(item) for item in value]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"Fn::Join"}:
            separator, parts = value["Fn::Join"]
            return separator.join(self.deployed(parts))
        if value.keys() <= {"Fn::ImportValue", "Fn::GetStackOutput", "Ref", "Fn::GetAtt"}:
            return self._deployed_reference(self.exported(value))
        return {key: self.deployed(item) for key, item in value.items()}

    def _deployed_reference(self, value: dict[str, Any]) -> str:
        if "Fn::GetAtt" in value:
            logical_id, attribute = value["Fn::GetAtt"]
        else:
            logical_id, attribute = value["Ref"], "Ref"
        resource = self.resources[logical_id]
        made: dict[tuple[str, str], str] = {
            ("AWS::EMRContainers::VirtualCluster", "Id"): "c" + logical_id.lower()[:24],
            ("AWS::S3::Bucket", "Ref"): f"bucket-{logical_id.lower()[:50]}",
            ("AWS::S3::Bucket", "Arn"): f"arn:aws:s3:::bucket-{logical_id.lower()[:50]}",
            ("AWS::Logs::LogGroup", "Ref"): f"group-{logical_id}",
            ("AWS::IAM::Role", "Arn"): f"arn:aws:iam::{ACCOUNT}:role/{resource['Properties'].get('RoleName')}",
        }
        return made[str(resource["Type"]), str(attribute)]
