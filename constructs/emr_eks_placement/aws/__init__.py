"""AWS as it is: the only place that imports boto3."""
