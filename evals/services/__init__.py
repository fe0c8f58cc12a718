"""What a user can do: one function each, in its own transaction."""
