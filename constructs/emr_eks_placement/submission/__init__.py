"""Prepares StartJobRun requests to be started: the definition, what is added to it, and the token that starts it once."""
