"""Judges whether a deployed environment works and matches its file."""
