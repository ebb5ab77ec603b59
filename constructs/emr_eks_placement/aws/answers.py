"""What a client does around every call: credentials that can't be had and answers that are not AWS's are botocore's errors.

botocore accepts almost anything as an answer: it reads a proxy's HTML page, or null, as an answer without members.
"""

import json
from collections.abc import Mapping
from getpass import getpass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, CredentialRetrievalError
from botocore.parsers import ResponseParserError

from emr_eks_placement.aws.errors import name_operation

# Protocols whose answers have a member at the least: of S3's (rest-xml) only those of lists do, GetBucketVersioning's may not.
_NEVER_EMPTY = ("json", "rest-json", "query", "ec2")
_MISREAD = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)
"""What botocore's parsers raise for an answer of another structure, besides errors of their own."""


class NoAwsAnswerError(ResponseParserError):
    """An answer with status 200 that AWS did not write."""


def check_calls(made: Any, session: boto3.Session) -> None:
    """Has every call of the client raise CredentialRetrievalError and NoAwsAnswerError, where botocore would fail at random or
    not at all.
    """
    call = made._make_api_call

    def checked(operation: str, parameters: Mapping[str, Any]) -> Any:
        check_credentials(session)
        model = made.meta.service_model
        try:
            answer = call(operation, parameters)
            if model.metadata["protocol"] in _NEVER_EMPTY or operation.startswith("List"):
                _check_answer(answer, model.operation_model(operation).output_shape)
        except (BotoCoreError, ClientError, ResponseParserError, OSError):
            raise
        except _MISREAD as error:
            broken = NoAwsAnswerError(f"the answer is not AWS's ({type(error).__name__})")
            name_operation(f"after-call-error.{model.service_id.hyphenize()}.{operation}", broken)
            raise broken from None
        return answer

    made._make_api_call = checked


def _check_answer(answer: Any, shape: Any) -> None:
    """Raises LookupError for an answer with none of the members of its operation."""
    if shape is None or not shape.members:
        return
    if not isinstance(answer, dict) or not any(answer.get(name) is not None for name in shape.members):
        raise LookupError


def ask_at_terminal(prompt: str) -> str:
    """For the code of an MFA device; raises EOFError where there is no terminal, on which getpass would read standard input."""
    try:
        with Path("/dev/tty").open("rb"):
            pass
    except OSError:
        raise EOFError from None
    return getpass(prompt)


def check_credentials(session: boto3.Session) -> None:
    """Has them by now: what a profile names may be missing, fail, or ask for a code where nobody can answer.

    Raises CredentialRetrievalError where botocore would fail otherwise.
    """
    try:
        credentials = session.get_credentials()
        if credentials is not None:
            credentials.get_frozen_credentials()
    except (BotoCoreError, ClientError, ResponseParserError):
        raise
    except EOFError:
        raise _no_credentials("the prompt for an MFA code, which needs a terminal,") from None
    except OSError as error:
        raise _no_credentials(f"{error.filename or 'a file of the profile'} ({error.strerror})") from None
    except json.JSONDecodeError:
        raise _no_credentials("the profile's credential_process, which has to print JSON,") from None
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise _no_credentials(f"the profile or its credential_process ({type(error).__name__})") from None


def _no_credentials(provider: str) -> CredentialRetrievalError:
    return CredentialRetrievalError(provider=provider, error_msg="none")
