"""Doing something with job runs: preparing, starting, following and draining them."""
