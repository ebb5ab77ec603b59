"""Reads what options name: files, accounts and job runs."""
