"""Things to check in a file, in words, each with the fix that is chosen and one other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from playground.domain import fixes
from playground.domain.findings_words import NOTES, PROBLEMS, REPAIRS
from playground.domain.fixes import FIXES
from playground.domain.tallies import Tally


@dataclass(frozen=True, kw_only=True)
class Option:
    """A button: the name and value that it sends, its label, and whether it is chosen."""

    name: str
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing to check: `level` is "fail", "warn" or "info".

    `options` has the fix that is chosen and one other; nothing where there is nothing to choose.
    """

    kind: str
    level: str
    title: str
    detail: str
    count: int
    lines: tuple[int, ...]
    options: tuple[Option, ...] = ()


def findings(
    tally: Tally,
    *,
    choices: Mapping[str, str],
    names: Mapping[str, str],
    examples: Mapping[str, str],
    unit: str = "Line",
) -> Iterator[Finding]:
    """The problems that were counted, the gravest first, then what is good to know.

    `names` has the columns a kind speaks of, quoted; `examples` the words for its first case;
    `unit` is what a record's line is called in this format.
    """
    for kind, fix in FIXES.items():
        if not tally.count(kind):
            continue
        option = fixes.chosen(kind, choices)
        one, many, consequences = PROBLEMS[kind]
        where = lines_in_words(tally.lines(kind), tally.count(kind), unit)
        example = examples.get(kind, "")
        # "Line 97 repeats line 13." says where it is.
        is_said = example.startswith(f"{where.removesuffix('.')} ")
        detail = ("" if is_said else where, example, consequences[option])
        yield Finding(
            kind=kind,
            level=fix.level,
            title=_title(one, many, tally.count(kind), names.get(kind, "")),
            detail=" ".join(part for part in detail if part),
            count=tally.count(kind),
            lines=tuple(tally.lines(kind)),
            options=_options(kind, option),
        )
    for kind, (one, many, what_happens) in NOTES.items():
        if tally.count(kind):
            where = lines_in_words(tally.lines(kind), tally.count(kind), unit)
            yield Finding(
                kind=kind,
                level="info",
                title=_title(one, many, tally.count(kind), ""),
                detail=f"{where} {what_happens}",
                count=tally.count(kind),
                lines=tuple(tally.lines(kind)),
            )


def repaired(repairs: Mapping[str, None]) -> Iterator[Finding]:
    """What was mended without asking, where it is worth a word."""
    for kind, (title, detail) in REPAIRS.items():
        if kind in repairs:
            yield Finding(kind=kind, level="info", title=title, detail=detail, count=1, lines=())


# Entries of a source's setup that `noted` tells to the person who checks the file.
NOTED = frozenset({"notes", "merged_cells"})


def noted(setup: Mapping[str, object]) -> Iterator[Finding]:
    """What a source found beside the rows, in words: none of it is for the playground."""
    notes = setup.get("notes")
    if isinstance(notes, list) and notes:
        yield Finding(
            kind="beside_rows",
            level="info",
            title="What the file says beside its rows",
            detail="\n".join(str(note) for note in notes),
            count=len(notes),
            lines=(),
        )
    merged = setup.get("merged_cells")
    if isinstance(merged, int):
        yield Finding(
            kind="merged_cells",
            level="info",
            title="1 merged cell" if merged == 1 else f"{merged:,} merged cells",
            detail="Only the first cell of each has the text; the others are empty.",
            count=merged,
            lines=(),
        )


def lines_in_words(lines: Sequence[int], count: int, unit: str = "Line") -> str:
    """ "Line 3.", "Lines 3, 8 and 12." or "Lines 3, 8, … and 240 more."."""
    shown = [f"{line:,}" for line in lines]
    if count > len(shown):
        return f"{unit}s {', '.join(shown)} and {count - len(shown):,} more."
    if len(shown) == 1:
        return f"{unit} {shown[0]}."
    return f"{unit}s {', '.join(shown[:-1])} and {shown[-1]}."


def quoted(names: Sequence[str], word: str = "and") -> str:
    """ "“a”", "“a” and “b”" or "“a”, “b” and “c”"; "" for none."""
    *others, last = [f"“{name}”" for name in names] or [""]
    return f"{', '.join(others)} {word} {last}" if others else last


def _title(one: str, many: str, count: int, name: str) -> str:
    title = one if count == 1 else many.replace("{n}", f"{count:,}")
    return title.replace("{name}", name)


def _options(kind: str, option: str) -> tuple[Option, ...]:
    fix = FIXES[kind]
    return tuple(
        Option(name="fix", value=f"{kind}:{value}", label=label, is_chosen=value == option)
        for value, label in ((fix.usual, fix.usual_label), (fix.other, fix.other_label))
        if value
    )
