"""How long things take; figures, not tests."""
