"""What kept a model from answering, in two or three words for a cell of the grid."""

_TITLES = {
    "auth": "Key not accepted",
    "forbidden": "Not allowed",
    "not_found": "Model not found",
    "bad_request": "Request refused",
    "rate_limited": "Rate limit",
    "server": "Provider failed",
    "timeout": "Timed out",
    "network": "Not reached",
    "bad_response": "Unreadable reply",
    "too_large": "Reply too large",
    "refused_address": "Address not allowed",
    "not_ready": "Model not ready",
    "crashed_repeatedly": "Crashed repeatedly",
    "no_answer": "No answer",
}


def title(error_class: str) -> str:
    """The words for an answer's error class; a class without words is shown as it is stored."""
    return _TITLES.get(error_class, error_class.replace("_", " ").capitalize() or "No answer")
