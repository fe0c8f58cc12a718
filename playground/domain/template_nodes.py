"""Reading plain values strictly: each mistake is named by its place."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

_SHOWN = 60


class BadTemplate(ValueError):
    """What is wrong with a template, and where: "columns[2].role: …"."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}" if place else problem)
        self.place = place
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class Fields:
    """The fields of one object; `place` is its path, "" at the top."""

    place: str
    values: Mapping[str, object]

    @classmethod
    def of(
        cls,
        entry: object,
        place: str,
        *,
        required: Sequence[str] = (),
        optional: Sequence[str] = (),
    ) -> "Fields":
        """The fields of `entry`. Raises BadTemplate for one that is missing or not known."""
        if not isinstance(entry, Mapping):
            raise BadTemplate(place, f"must be an object with fields, not {shown(entry)}")
        known = [*required, *optional]
        for name in entry:
            if name not in known:
                raise BadTemplate(
                    place, f"{shown(name)} is not known here. Known are: {', '.join(known)}"
                )
        for name in required:
            if name not in entry:
                raise BadTemplate(place, f"{name!r} is missing")
        return cls(place=place, values=entry)

    def at(self, name: str) -> str:
        """The path of one field."""
        return f"{self.place}.{name}" if self.place else name

    def get(self, name: str, default: object = None) -> object:
        """The value as it is."""
        return self.values.get(name, default)

    def text(self, name: str, *, cap: int, default: str | None = None) -> str:
        """A text; one without a default must not be blank."""
        if name not in self.values and default is not None:
            return default
        return text_of(self.values.get(name), self.at(name), cap=cap, blank=default is not None)

    def choice(self, name: str, known: Collection[str], *, default: str | None = None) -> str:
        """One of the `known` words."""
        value = self.values.get(name, default)
        if not isinstance(value, str) or value not in known:
            raise BadTemplate(self.at(name), f"{shown(value)} is not one of {', '.join(known)}")
        return value

    def flag(self, name: str) -> bool:
        """Yes or no; no when it is left out."""
        value = self.values.get(name, False)
        if not isinstance(value, bool):
            raise BadTemplate(self.at(name), f"must be true or false, not {shown(value)}")
        return value

    def number(self, name: str, *, low: float, high: float, whole: bool) -> int | float | None:
        """A number from `low` to `high`; None when it is left out or empty."""
        value = self.values.get(name)
        if value is None:
            return None
        kinds = int if whole else (int, float)
        is_number = isinstance(value, kinds) and not isinstance(value, bool)
        if not is_number or not low <= value <= high:  # type: ignore[operator] # it is a number
            kind = "a whole number" if whole else "a number"
            raise BadTemplate(
                self.at(name), f"must be {kind} from {low:g} to {high:g}, not {shown(value)}"
            )
        return value  # type: ignore[return-value] # it is a number


def items_of(entry: object, place: str, *, cap: int) -> Sequence[object]:
    """The items of a list of at most `cap`. Raises BadTemplate."""
    if not isinstance(entry, list):
        raise BadTemplate(place, f"must be a list, not {shown(entry)}")
    if len(entry) > cap:
        raise BadTemplate(place, f"has {len(entry):,} entries; at most {cap:,} are taken")
    return entry


def mapping_of(entry: object, place: str) -> dict[str, object]:
    """An object whose names are not known here. Raises BadTemplate."""
    if not isinstance(entry, Mapping):
        raise BadTemplate(place, f"must be an object with fields, not {shown(entry)}")
    return {text_of(name, place, cap=100): value for name, value in entry.items()}


def text_of(entry: object, place: str, *, cap: int, blank: bool = False) -> str:
    """A text of at most `cap` characters. Raises BadTemplate, for a blank one unless told."""
    if not isinstance(entry, str):
        raise BadTemplate(place, f"must be a text in quotes, not {shown(entry)}")
    if not blank and not entry.strip():
        raise BadTemplate(place, "must not be empty")
    if len(entry) > cap:
        raise BadTemplate(place, f"has {len(entry):,} characters; at most {cap:,} are taken")
    if "\x00" in entry or any("\ud800" <= sign <= "\udfff" for sign in entry):
        raise BadTemplate(place, "holds a character that cannot be stored")
    return entry


def shown(value: object) -> str:
    """A value in words short enough for a message."""
    words = repr(value)
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
