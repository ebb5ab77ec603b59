"""The files that an assembly uploads: what a URI of S3 names before it is deployed.

Source: cloud-assembly-schema of aws/aws-cdk-cli, the manifest of assets.
"""

import glob
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from emr_eks_placement.assembly.cloud_assembly import Stack
from emr_eks_placement.common.document_field import read_json


@dataclass(frozen=True)
class StagedFiles:
    """folders: of assets that are unpacked somewhere, such as by a BucketDeployment; keys: of files, as they are uploaded."""

    folders: tuple[Path, ...]
    keys: dict[str, Path]

    @classmethod
    def of(cls, stacks: Iterable[Stack]) -> "StagedFiles":
        """Of these stacks. Raises InputError for a manifest of assets that can't be read."""
        folders: list[Path] = []
        keys: dict[str, Path] = {}
        files = (one.file.with_name(f"{one.file.name.removesuffix('.template.json')}.assets.json") for one in stacks)
        for manifest in filter(Path.is_file, files):
            for path, uploaded in _assets(manifest):
                if path.is_dir():
                    folders.append(path)
                elif path.is_file():
                    keys.update(dict.fromkeys(uploaded, path))
        return cls(tuple(dict.fromkeys(folders)), keys)

    def find(self, key: str) -> list[Path]:
        """The files that may have this key of a bucket, each with another content: by the whole key, else by the most of its end.

        A folder may be unpacked below a prefix that is not known.
        """
        if not key or ".." in key.split("/"):
            return []
        if key in self.keys:
            return [self.keys[key]]
        parts = key.split("/")
        for end in ("/".join(parts[start:]) for start in range(len(parts))):
            found = [folder / end for folder in self.folders if (folder / end).is_file()]
            if found:
                return list({one.read_bytes(): one for one in found}.values())
        named = [one for folder in self.folders for one in folder.rglob(glob.escape(parts[-1])) if one.is_file()]
        return list({one.read_bytes(): one for one in named}.values())


def _assets(manifest: Path) -> Iterator[tuple[Path, list[str]]]:
    """The path of each, and the keys that it is uploaded as."""
    for one in read_json(manifest, "Synthesize the app again: cdk synth")["files"].entries().values():
        path = one["source"]["path"].known_text()
        if path is not None:
            keys = [where["objectKey"].text("") for where in one["destinations"].entries().values()]
            yield manifest.parent / path, keys
