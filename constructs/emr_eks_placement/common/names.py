"""Names that AWS requires before anything is deployed."""

import hashlib
import string

_BASE36 = string.digits + string.ascii_lowercase
_DIGEST = 8


def base36(text: str) -> str:
    """Returns the text's UTF-8 bytes as one big-endian integer in lower-case base 36.

    EMR on EKS encodes the job execution role's name like this in the names of the service accounts of a job's pods (AWS
    CLI, awscli/customizations/emrcontainers/base36.py). A name of 64 characters gives 99.
    """
    number = int.from_bytes(text.encode(), "big")
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _BASE36[digit] + digits
    return digits


def physical_name(*parts: str, longest: int = 64) -> str:
    """Returns a readable name of at most `longest` characters that is unique for its parts.

    The name is the parts joined by hyphens and a digest of them, which distinguishes ("a", "b-c") from ("a-b", "c") and
    shortened names from each other. longest: 64 is the limit of IAM and EMR on EKS.
    """
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_DIGEST]
    readable = "-".join(parts)[: longest - _DIGEST - 1].rstrip("-")
    return f"{readable}-{digest}"


def definition_parameter(environment: str, job: str, placement: str) -> str:
    """Returns the name of the SSM parameter that holds the definition of a placement of a job."""
    return f"{definitions_folder(environment)}/{job}/{placement}"


def definitions_folder(environment: str) -> str:
    """Returns the folder of the SSM parameters of an environment's definitions."""
    return f"/emr-eks-placement/{environment}/job-runs"


def virtual_clusters_stack(environment: str) -> str:
    """The stack whose outputs say what is deployed for an environment's virtual clusters."""
    return f"{environment}-virtual-clusters"
