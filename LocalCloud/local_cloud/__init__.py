"""A local AWS for EventLedger: what was deployed, served from what the AWS APIs say about it."""
