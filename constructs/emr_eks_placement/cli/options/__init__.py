"""What options mean: files, accounts and job runs they name."""
