"""The reference in docs/ is what the code says."""

from tools import write_problem_docs


def test_the_reference_of_problems_is_written_from_the_codes() -> None:
    assert write_problem_docs.FILE.read_text(encoding="utf-8") == write_problem_docs.text(), "make docs"
