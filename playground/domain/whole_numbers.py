"""Whole numbers in the queries of addresses and in forms."""


def whole_number(text: str) -> int | None:
    """The number from 0 to 999,999,999 that `text` writes in digits; None for anything else.

    Smaller than what the databases take, so that no address can ask for more.
    """
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
