"""The command line, emr-placement."""
