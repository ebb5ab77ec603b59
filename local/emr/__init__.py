"""EMR's part of the local AWS: makes the pods of a job run, the submitter's in our own words, the others with real Spark."""
