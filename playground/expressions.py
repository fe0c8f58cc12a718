"""What the database says of one cell: its text, whether it is blank, its number."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Case, CharField, F, FloatField, Func, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Regex
from django.db.models.sql.compiler import SQLCompiler

from playground.domain.profiles import STRICT_NUMBER

# What `str.strip` takes off; the databases' own TRIM knows the space only.
WHITE_SPACE = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())


class CellText(Func):
    """The text of one column's cell, NULL in a row without one.

    Django's own lookups take a key such as "12" for the place in a list.
    """

    output_field = CharField()

    def __init__(self, column_id: int) -> None:
        super().__init__(F("cells"), Value(str(column_id)))

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        return self.as_sql(
            compiler,
            connection,
            template="JSON_EXTRACT(%(expressions)s)",
            arg_joiner=", '$.' || ",
            **extra,
        )

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        return self.as_sql(
            compiler, connection, template="(%(expressions)s)", arg_joiner=" ->> ", **extra
        )


class CellValue(Func):
    """The cell without white space around it, "" where there is none: as profiles count it."""

    function = "TRIM"
    output_field = CharField()

    def __init__(self, column_id: int) -> None:
        super().__init__(Coalesce(CellText(column_id), Value("")), Value(WHITE_SPACE))

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, function="BTRIM", **extra)


class _Number(Func):
    """A text of digits as a number. PostgreSQL's numeric has no exponent that is too small."""

    template = "CAST(%(expressions)s AS REAL)"
    output_field = FloatField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        return self.as_sql(
            compiler, connection, template="CAST(%(expressions)s AS numeric)", **extra
        )


def cell_number(column_id: int) -> Case:
    """The cell as a number; NULL where it is none in the one strict reading of profiles."""
    value = CellValue(column_id)
    is_number = Regex(value, f"^({STRICT_NUMBER.pattern})$")
    return Case(When(is_number, then=_Number(value)), default=None, output_field=FloatField())
