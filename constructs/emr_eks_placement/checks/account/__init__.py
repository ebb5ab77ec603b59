"""What an environment needs of an AWS account, and whether the account has it."""
