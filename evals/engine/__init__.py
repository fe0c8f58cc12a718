"""Leases shards of runs, asks models, stores answers and scores. The only writer of its tables."""
