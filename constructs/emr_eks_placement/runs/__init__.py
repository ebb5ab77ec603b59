"""Actions on job runs: prepare, start, follow and drain them."""
