"""CloudFormation under the permissions of the role that it deploys with, on the local AWS."""
