"""Texts as every database takes them."""


def storable(text: str) -> str:
    """`text` without what PostgreSQL or UTF-8 would refuse: NUL and lone surrogates.

    NUL is taken out, a lone surrogate becomes a question mark. One refused text would
    fail its whole batch, again and again.
    """
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
