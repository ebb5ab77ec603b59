"""Changes of what is deployed: each synthesized and deployed by the real CDK CLI, judged by CloudFormation's own records."""
