"""Texts that come back from a text box."""


def typed(text: str, *, before: str) -> str:
    """What somebody meant who was shown `before` and sent `text`.

    Browsers send every line break as CR LF. A text that differs in nothing else is `before`; else
    its line breaks are those of `before`, or LF where it has none or several kinds.
    """
    plain = _plain(text)
    if plain == _plain(before):
        return before
    breaks = before.replace("\r\n", "\n")
    has_only_pairs = "\r\n" in before and before.count("\r\n") == breaks.count("\n")
    return plain.replace("\n", "\r\n") if has_only_pairs and "\r" not in breaks else plain


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
