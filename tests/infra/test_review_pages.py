"""The committed pages of reviews that compare resources are what the program writes today."""

from tools import write_reviews


def test_the_pages_are_what_the_program_writes_today() -> None:
    written = dict(write_reviews.synthesized_pages())
    differing = [name for name, text in written.items() if (write_reviews.REVIEWS / name).read_text() != text]
    assert not differing, "make reviews"
