"""EMR's part of the local AWS: creates the submitter's pod of a job run itself, and the other pods with real Spark."""
