"""The stacks of a cloud assembly: those of its manifest, of its nested stages, and nested stacks.

Source: cloud-assembly-schema of aws/aws-cdk-cli (artifact types and their properties) and the metadata that the CDK
writes into templates (aws:cdk:path, aws:asset:path).
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emr_eks_placement.common.document_field import Field, read_json
from emr_eks_placement.common.errors import RuleError, placed_at

_STACK, _STAGE = "aws:cloudformation:stack", "cdk:cloud-assembly"
_NESTED_STACK = "AWS::CloudFormation::Stack"
_MOST_LEVELS = 20  # of stages or nested stacks in each other; files that refer to each other would never end
_UNKNOWN = ("unknown-account", "unknown-region")


@dataclass(frozen=True, eq=False)
class Stack:
    """A stack with its template.

    id: unique in the assembly; name: in CloudFormation, None for a nested stack, which CloudFormation names; folder:
    the assembly or stage that holds the stack; account, region: None where the app leaves them open until the
    deployment; nested: its nested stacks by logical id; parent: the resource that creates a nested stack.
    """

    id: str
    name: str | None
    folder: Path
    file: Path
    account: str | None
    region: str | None
    template: Field
    parent: "Resource | None" = None
    resources: dict[str, "Resource"] = field(default_factory=dict)
    nested: dict[str, "Stack"] = field(default_factory=dict)

    def shares_environment(self, other: "Stack") -> bool:
        """Returns whether both stacks deploy, or may deploy, to the same account and region, so that they share names
        and exports."""
        return self.region == other.region and (self.account == other.account or None in (self.account, other.account))


@dataclass(frozen=True, eq=False)
class Resource:
    """A resource of a template. kind: its Type; construct_path: empty without the CDK's metadata."""

    stack: Stack
    logical_id: str
    kind: str
    properties: Field
    condition: Field
    metadata: Field
    construct_path: tuple[str, ...]


def load_stacks(folder: Path) -> list[Stack]:
    """Returns every stack of the assembly, each followed by its nested stacks.

    Raises InputError if the folder holds no assembly, or if a manifest or template is invalid.
    """
    return list(_stacks_of_assembly(folder, ()))


def stacks_of_templates(files: Collection[Path]) -> list[Stack]:
    """The stacks of these templates, each followed by its nested stacks; files: in the folders of their assemblies.

    None while the CDK lacks context: its CLI looks that up, and synthesizes again. Raises InputError as `load_stacks` does.
    """
    wanted = {file.resolve() for file in files}
    found: dict[Path, Stack] = {}
    for folder in sorted({file.parent for file in wanted}, key=lambda one: len(one.parts)):
        manifest = read_json(folder / "manifest.json", "Synthesize the app again: cdk synth")
        if manifest["missing"].value:
            return []
        for stack in _stacks_of_assembly(folder, ()):
            file = stack.file.resolve()
            is_wanted = file in wanted if stack.parent is None else stack.parent.stack in found.values()
            if is_wanted and file not in found:  # a stage is also in the assembly around it
                found[file] = stack
    return list(found.values())


def _stacks_of_assembly(folder: Path, stages: tuple[str, ...]) -> Iterator[Stack]:
    file = folder / "manifest.json"
    manifest = read_json(file, "Name the folder that cdk synth writes, by default cdk.out")
    with placed_at(str(file)):
        _check_level(len(stages), manifest)
        _check_context(manifest["missing"])
        artifacts = [
            (id_, artifact, artifact["type"].text()) for id_, artifact in manifest["artifacts"].entries().items()
        ]
    for id_, artifact, kind in artifacts:
        with placed_at(str(file)):
            if kind == _STAGE:
                yield from _stacks_of_assembly(folder / artifact["properties"]["directoryName"].text(), (*stages, id_))
            elif kind == _STACK:
                yield from _stack_of_artifact("/".join((*stages, id_)), artifact, folder)


def _check_context(missing: Field) -> None:
    if missing.items():
        raise missing.refused(
            "the CDK did not find this context and used placeholder values, for example for zones",
            "Run cdk synth with credentials of the account, and keep cdk.context.json",
        )


def _stack_of_artifact(id_: str, artifact: Field, folder: Path) -> Iterator[Stack]:
    properties = artifact["properties"]
    account, region = _environment(artifact["environment"])
    file = folder / properties["templateFile"].text()
    stack = Stack(
        id=id_,
        name=properties["stackName"].text(id_.rpartition("/")[2]),
        folder=folder,
        file=file,
        account=account,
        region=region,
        template=_read_template(file),
    )
    yield from _with_nested(stack, 0)


def _environment(environment: Field) -> tuple[str | None, str | None]:
    match = re.fullmatch(r"aws://([^/]+)/([^/]+)", environment.text())
    if match is None:
        raise environment.refused("an environment reads aws://ACCOUNT/REGION", "Synthesize the app again: cdk synth")
    account, region = (None if part in _UNKNOWN else part for part in match.groups())
    return account, region


def _read_template(file: Path) -> Field:
    return read_json(file, "The manifest names it: synthesize the app again, or copy the whole folder")


def _with_nested(stack: Stack, level: int) -> Iterator[Stack]:
    """Yields the stack and its nested stacks, with their resources and nested stacks filled in."""
    with placed_at(str(stack.file)):
        _check_level(level, stack.template)
        _check_sections(stack.template)
        stack.resources.update(
            (id_, _resource(stack, id_, one)) for id_, one in stack.template["Resources"].entries().items()
        )
        files = {id_: _nested_file(one) for id_, one in stack.resources.items() if one.kind == _NESTED_STACK}
    yield stack
    for id_, file in files.items():
        if file is None:
            continue
        stack.nested[id_] = nested = Stack(
            id=f"{stack.id}/{id_}",
            name=None,
            folder=stack.folder,
            file=file,
            account=stack.account,
            region=stack.region,
            template=_read_template(file),
            parent=stack.resources[id_],
        )
        yield from _with_nested(nested, level + 1)


def _check_sections(template: Field) -> None:
    """Raises RuleError for a section that CloudFormation would not accept; resources are checked later, when they are
    read."""
    for parameter in template["Parameters"].entries().values():
        parameter.entries()
    for output in template["Outputs"].entries().values():
        output["Export"].entries()
    for mapping in template["Mappings"].entries().values():
        for values in mapping.entries().values():
            values.entries()


def _nested_file(resource: Resource) -> Path | None:
    """Returns the template file of a nested stack; None if its URL is fixed and the template is not in the assembly."""
    resource.properties["Parameters"].entries()
    path = resource.metadata["aws:asset:path"]
    if path.value is None and isinstance(resource.properties["TemplateURL"].value, Mapping):
        raise RuleError(
            None,
            "the template of a nested stack is found by this entry of its metadata",
            "Synthesize with asset metadata, which cdk synth writes without --no-asset-metadata",
            path=path.path,
        )
    return None if path.value is None else resource.stack.folder / path.text()


def _resource(stack: Stack, id_: str, data: Field) -> Resource:
    metadata = data["Metadata"]
    path = metadata["aws:cdk:path"].text("")
    return Resource(
        stack=stack,
        logical_id=id_,
        kind=data["Type"].text(),
        properties=data["Properties"],
        condition=data["Condition"],
        metadata=metadata,
        construct_path=tuple(path.split("/")) if path else (),
    )


def _check_level(level: int, content: Field) -> None:
    if level > _MOST_LEVELS:
        rule = f"assemblies or stacks are nested at most {_MOST_LEVELS} levels deep (product limit)"
        raise RuleError(level, rule, "Synthesize the app again: cdk synth", path=content.path)
