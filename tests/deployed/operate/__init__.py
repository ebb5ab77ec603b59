"""Job runs submitted, followed and cancelled on the local AWS."""
