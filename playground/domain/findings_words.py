"""The words for what a check finds. `{n}` is a number, `{name}` the columns, quoted."""

_BACK = "Left out, and given back as a file."
_KEPT = "Stored as in the file."

# kind of `fixes.FIXES` → (title for one, title for many, {option: what happens})
PROBLEMS: dict[str, tuple[str, str, dict[str, str]]] = {
    "unclosed": (
        "A quote is opened and never closed",
        "{n} quotes are opened and never closed",
        {
            "skip": "From there to the end nothing can be told apart. That part is left out.",
            "no_quotes": "",
        },
    ),
    "long": (
        "1 row has more cells than the header",
        "{n} rows have more cells than the header",
        {
            "skip": "Left out, so that no cell is lost: get them as a file and mend them.",
            "join": "The cells too many are joined into the last column.",
        },
    ),
    "not_json": (
        "1 line is not JSON",
        "{n} lines are not JSON",
        {"skip": _BACK},
    ),
    "not_object": (
        "1 line is no object",
        "{n} lines are no objects",
        {"skip": "A row needs names and values. " + _BACK},
    ),
    "duplicate_key": (
        "1 object has a name twice",
        "{n} objects have a name twice",
        {"skip": "Which of the two is meant cannot be told. " + _BACK},
    ),
    "required": (
        "1 row has no {name}",
        "{n} rows have no {name}",
        {"skip": _BACK, "keep": "Stored with an empty cell."},
    ),
    "wrong_type": (
        "1 row does not fit the type of {name}",
        "{n} rows do not fit the type of {name}",
        {"keep": _KEPT, "skip": _BACK},
    ),
    "short": (
        "1 row has fewer cells than the header",
        "{n} rows have fewer cells than the header",
        {"pad": "The missing cells are stored empty.", "skip": _BACK},
    ),
    "quotes": (
        "1 row has text behind a closing quote",
        "{n} rows have text behind a closing quote",
        {
            "keep": "Look at their cells in the preview: a quote inside a cell has to be doubled.",
            "skip": _BACK,
        },
    ),
    "broken": (
        "1 row has broken characters",
        "{n} rows have broken characters",
        {"repair": "", "leave": _KEPT},
    ),
    "lost": (
        "1 row has lost characters",
        "{n} rows have lost characters",
        {
            "keep": "Where “\ufffd” stands, a character was lost before the file came here.",
            "skip": _BACK,
        },
    ),
    "no_input": (
        "1 row has an empty {name}",
        "{n} rows have an empty {name}",
        {"keep": _KEPT + " Models will be asked without it.", "skip": _BACK},
    ),
    "no_context": (
        "1 row has no context",
        "{n} rows have no context",
        {"keep": "Variants with context will answer these without it.", "skip": _BACK},
    ),
    "long_text": (
        "1 row has a very long text",
        "{n} rows have very long texts",
        {
            "keep": "More than 100,000 characters may be too long for a model's context window.",
            "skip": _BACK,
        },
    ),
    "repeated_row": (
        "1 row repeats an earlier row in every cell",
        "{n} rows repeat earlier rows in every cell",
        {"keep": "All are stored and told apart by their order.", "skip": _BACK},
    ),
    "repeated_id": (
        "1 row repeats an earlier {name}",
        "{n} rows repeat the same {name}",
        {"keep": "All are stored and told apart by their order.", "skip": _BACK},
    ),
    "repeated_input": (
        "1 row repeats an earlier {name}",
        "{n} rows repeat the same {name}",
        {"keep": "All are stored and told apart by their order.", "skip": _BACK},
    ),
    "guard": (
        "1 row has a guard before a formula",
        "{n} rows have guards before formulas",
        {
            "take_off": "The “' ” that an export wrote before such cells is taken off.",
            "leave": "The “' ” stays a part of the text.",
        },
    ),
}

# kind → (title for one, title for many, what happens)
NOTES: dict[str, tuple[str, str, str]] = {
    "nul": (
        "1 row had a zero character",
        "{n} rows had zero characters",
        "They were taken out; the rest of the text is as it was.",
    ),
    "formula": (
        "1 row has a cell that begins like a formula",
        "{n} rows have cells that begin like formulas",
        "Stored as text, never computed.",
    ),
    "blank": ("1 line is blank", "{n} lines are blank", "Left out."),
}

# repair → (title, what was done)
REPAIRS: dict[str, tuple[str, str]] = {
    "headers_named": ("Columns without a name", "They were numbered; name them as you like."),
    "headers_deduplicated": ("Names that appear twice", "The later ones were numbered."),
    "empty_columns_dropped": ("Empty columns", "Columns with no name and no cell are left out."),
    "lines_before_header_dropped": (
        "Lines before the header",
        "They are left out, because the header was set to stand below them.",
    ),
    "sep_line_removed": ("The first line says sep=", "It is a hint for spreadsheets, not a row."),
    "space_before_quote_ignored": (
        "Spaces before quotes",
        "Blanks at the start of cells are not stored.",
    ),
    "first_sheet_used": ("Several sheets", "The first one is read; choose another one above."),
    "first_visible_sheet_used": ("Hidden sheets", "The first sheet that can be seen is read."),
    "formulas_read_as_values": (
        "Cells with formulas",
        "Their values are stored as the spreadsheet computed them last.",
    ),
    "formulas_without_value_blank": (
        "Formulas without a value",
        "Nobody has computed them: open and save the workbook in a spreadsheet, or go on with "
        "empty cells.",
    ),
    "nested_values_kept_as_json": ("Lists and objects in cells", "They are stored as JSON."),
    "json_array_read": ("A list in place of lines", "Each of its objects is a row."),
    "invalid_unicode_replaced": (
        "Halves of characters",
        "They stand for no character; “\ufffd” is stored in their place.",
    ),
}
