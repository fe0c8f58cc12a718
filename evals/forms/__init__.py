"""Forms: what a person types, as the drafts that services take."""
