"""Names of files as people sent them, made safe to show and to keep."""

import re
import unicodedata

LONGEST = 255
FALLBACK = "file"


def clean(sent: str) -> str:
    """The last part of `sent`, a path of any system, without control or direction marks.

    Signs that file names of some system cannot have become "_". At most 255 characters, the
    ending kept. Never empty.
    """
    base = re.split(r"[/\\]", sent)[-1]
    shown = "".join(c for c in base if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    allowed = re.sub(r'[<>:"|?*]', "_", shown)
    name = unicodedata.normalize("NFC", allowed).strip().strip(".") or FALLBACK
    if len(name) <= LONGEST:
        return name
    stem, dot, suffix = name.rpartition(".")
    return stem[: LONGEST - len(suffix) - 1] + dot + suffix if dot else name[:LONGEST]


def ending(name: str) -> str:
    """The ending in lower case without its dot; "" when there is none."""
    _stem, dot, suffix = name.rpartition(".")
    return suffix.lower() if dot else ""


def title(name: str) -> str:
    """A playground's name made of a file's: "support_tickets_q3.csv" → "Support tickets q3"."""
    stem = name.rpartition(".")[0] or name
    words = " ".join(re.split(r"[\s_\-.]+", stem)).strip()
    return (words[:1].upper() + words[1:])[:200] or "New playground"
