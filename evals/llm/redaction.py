"""Keeps keys out of every text that comes from elsewhere."""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

REDACTED = "[key removed]"
SHORTEST_SECRET = 4
PIECE = 12
EXCERPT_CHARS = 300

# What looks like a key is removed even when it is not one of ours.
LOOKS_LIKE_A_KEY = re.compile(
    r"(?i)\b(?:bearer|basic)\s+[\w.~+/=-]{6,}"
    r"|\b(?:sk|pk|rk|gsk|xai|hf|AIza|AKIA)[-_A-Za-z0-9*.]{12,}"
    r"|(?<=[?&]key=)[^&\s\"']+"
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without the secrets, in plain, JSON and URL spelling, and without look-alikes.

    Pieces of 12 characters or more from a secret's start or end go too, because
    providers like to quote keys in part. Secrets shorter than 4 characters are
    left alone: removing them would only tear words.
    """
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            text = _without(text, secret)
    return LOOKS_LIKE_A_KEY.sub(REDACTED, text)


def excerpt(text: str, secrets: Iterable[str] = ()) -> str:
    """The first 300 characters of a foreign text on one line, redacted before the cut."""
    line = " ".join(redact(text.replace("\0", ""), secrets).split())
    return line if len(line) <= EXCERPT_CHARS else line[: EXCERPT_CHARS - 1] + "…"


def _without(text: str, secret: str) -> str:
    spellings = {secret, json.dumps(secret)[1:-1], quote(secret, safe=""), quote_plus(secret)}
    for spelling in sorted(spellings, key=len, reverse=True):
        text = text.replace(spelling, REDACTED)
    if len(secret) > PIECE:
        head, tail = re.escape(secret[:PIECE]), re.escape(secret[-PIECE:])
        text = re.sub(rf"{head}[^\s\"'<>,;]*|[^\s\"'<>,;]*{tail}", REDACTED, text)
    return text
