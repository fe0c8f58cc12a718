"""Rules about data on plain values: no Django, no files, no network."""
