"""What the S3 clients of EMR ask about a path before and beside reading and writing it.

S3A, EMR's default from 7.10 on, looks a path up by HEAD of the key and by LIST with the key and "/" as prefix
(S3AFileSystem.s3GetFileStatus), and so does Spark with each path that it reads, files too (HADOOP-17023). EMRFS, the default
before, lists with the key as it is as well, and marks a folder by an object KEY_$folder$ beside it. What a client asks about
folders above may be denied: S3A then goes on (MkdirOperation). Not tried on AWS.
"""


def listed(key: str) -> tuple[str, ...]:
    """The prefixes with which a path is listed."""
    return (f"{key.rstrip('/')}/", key.rstrip("/"))


def prefixes_below(folder: str) -> tuple[str, ...]:
    """Patterns of s3:prefix for a folder and all that is below it; folder: without a slash at its end."""
    return (folder, f"{folder}/*")


def objects_below(folder: str) -> tuple[str, ...]:
    """Patterns of keys for a folder and all that is below it, with what clients look for in its place and beside it."""
    return (folder, f"{folder}/*", f"{folder}_$folder$")
