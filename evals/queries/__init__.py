"""Reads for pages: each with a fixed number of queries, whatever the number of rows."""
