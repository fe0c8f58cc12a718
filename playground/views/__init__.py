"""Pages of the way in, and of the rows."""
