"""Tests that need a local AWS: one folder after the other, for a process has one at a time."""
