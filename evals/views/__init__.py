"""Views: guard, form, service or query, answer."""
