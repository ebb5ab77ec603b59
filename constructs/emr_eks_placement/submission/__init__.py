"""StartJobRun requests made ready to be started: which definition, what is added to it, and the token that starts it once."""
