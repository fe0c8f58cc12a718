"""Learns what the columns of a file hold while its rows go by once."""

from collections.abc import Iterator, Mapping, Sequence

from playground.domain import guesses, headers, left_out, mapping, model_names
from playground.domain.guesses import Facts
from playground.domain.mapping import Guess
from playground.domain.profiles import ColumnProfile
from playground.domain.repeats import Repeats
from playground.domain.report import ColumnFound
from playground.domain.templates import TemplateColumn


class Survey:
    """Profiles of all columns, and repeated values of those that may be a row id.

    `names` are those that the columns were given when the survey began.
    """

    def __init__(self, header: Sequence[str], names: Sequence[str]) -> None:
        self._header = header
        self.names = names
        self.profiles = [ColumnProfile() for _ in names]
        self._repeats = Repeats(
            [p for p, name in enumerate(names) if guesses.strength("row_id", name)]
        )

    def take(self, cells: Sequence[str]) -> None:
        """Take in one row."""
        for profile, cell in zip(self.profiles, cells, strict=True):
            profile.add(cell)
        self._repeats.take(cells)

    def columns(
        self,
        told: Mapping[str, str],
        template: Sequence[TemplateColumn],
        *,
        is_into: bool = False,
    ) -> tuple[ColumnFound, ...]:
        """The columns with guesses from what was read so far.

        `told` has the roles that the format itself tells, by the header's name: they win over
        guesses. With a `template` the columns that fill it go under its names; `is_into`: it is a
        playground with rows, and only a column of the same name fills one of it.
        """
        guessed = self._guesses(told)
        filled = self._filled(guessed, template, is_into=is_into)
        fills = {column.name for column in template}
        return tuple(
            ColumnFound(
                original=original,
                name=guess.name,
                type=guess.type,
                role=guess.role,
                filled=profile.filled,
                distinct=profile.distinct,
                first=profile.first,
                fills=guess.name in fills,
            )
            for original, guess, profile in zip(self._header, filled, self.profiles, strict=True)
        )

    def repeating_id(self) -> int | None:
        """The position of the column that is called like a row id, but repeats values."""
        return guesses.repeating_id(list(self._facts()))

    def _filled(
        self, guessed: list[Guess], template: Sequence[TemplateColumn], *, is_into: bool
    ) -> list[Guess]:
        if is_into:
            return mapping.fill_by_name(guessed, self.names, template)
        return mapping.fill(guessed, template) if template else guessed

    def _guesses(self, told: Mapping[str, str]) -> list[Guess]:
        facts = list(self._facts())
        roles = guesses.roles(facts)
        for position, original in enumerate(self._header):
            roles[position] = told.get(original, roles[position])
        names = self._named_after_models(roles)
        return [
            Guess(name=name, type=fact.type, role=role, filled=fact.filled)
            for name, fact, role in zip(names, facts, roles, strict=True)
        ]

    def _named_after_models(self, roles: Sequence[str]) -> list[str]:
        """The names, those of responses as the model that gave them unless that is taken."""
        names = list(self.names)
        for position, role in enumerate(roles):
            model = model_names.answered_by(names[position]) if role == "response" else ""
            if model and model.casefold() not in {name.casefold() for name in names}:
                names[position] = model
        return names

    def _facts(self) -> Iterator[Facts]:
        marks = set(self._marks())
        for position, (original, name, profile) in enumerate(
            zip(self._header, self.names, self.profiles, strict=True)
        ):
            is_data = position not in marks
            yield Facts(
                name=name,
                type=profile.type,
                filled=profile.filled if is_data else 0,
                repeats=self._repeats.count(position),
                has_own_name=is_data and not headers.is_nameless(original),
            )

    def _marks(self) -> Iterator[int]:
        """Columns of rows that were given back: line, problem, and what was mended away."""
        second = self.profiles[1].first if len(self.profiles) > 1 else ""
        for position in left_out.marks(self.names, second):
            if not (left_out.is_extra(self.names[position]) and self.profiles[position].filled):
                yield position
