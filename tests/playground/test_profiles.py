"""Profiles of columns: counted when a file is imported, shown in the headers of the data page."""

import csv
import io
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from statistics import median
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from playground import queries
from playground.domain import lengths
from playground.models import Column, DatasetVersion, Playground, Upload
from playground.services import profiling, uploads
from playground.services.column_counts import ColumnCounts
from tests.playground.conftest import Bring, mapping

Imported = Callable[..., Playground]
Profiles = dict[str, dict[str, Any]]
NO_FIGURES = {"lengths": None, "histogram": None, "top": None, "numbers": None}


def column_of(*cells: str) -> bytes:
    """A file with an input and the column "value"."""
    target = io.StringIO()
    csv.writer(target).writerows([["q", "value"], *([f"Q{n}", c] for n, c in enumerate(cells))])
    return target.getvalue().encode()


def profiles(playground: Playground) -> Profiles:
    profile = queries.current_version(playground).profile
    return {column.name: profile[str(column.pk)] for column in playground.columns.all()}


def words(client: Client, playground: Playground, column: str) -> str:
    """What a person reads in the profile of this column."""
    page = client.get(reverse("data", args=[playground.pk])).content.decode()
    popover = re.search(rf'aria-label="Profile of {column}">(.*?)</details>', page, re.S)
    assert popover is not None
    return " ".join(re.sub(r"<[^>]+>", " ", popover[1]).split())


@pytest.fixture
def as_number(client_alice: Client, bring: Bring) -> Callable[[bytes], Playground]:
    """Imports a file whose column "value" a person has called a number."""

    def run(content: bytes) -> Playground:
        upload = bring(content)
        posted = mapping(upload, **{"c1-type": "number"})
        client_alice.post(reverse("import-start", args=[upload.pk]), posted)
        uploads.run_import(upload.pk)
        upload.refresh_from_db()
        assert upload.playground is not None
        return upload.playground

    return run


def test_words_for_nothing_are_values_like_others(client_alice: Client, imported: Imported) -> None:
    cells = ["NA", "null", "NaN", "None", "007", "N/A", "", "  ", "NA"]
    playground = imported(column_of(*cells))

    found = profiles(playground)["value"]
    assert (found["filled"], found["distinct"]) == (7, 6)
    assert found["top"] == [["NA", 2], ["007", 1], ["N/A", 1], ["NaN", 1], ["None", 1]]
    assert "Filled 7 of 9 · 78% Unique values 6" in words(client_alice, playground, "value")


def test_it_tells_numbers_from_junk(
    client_alice: Client, as_number: Callable[[bytes], Playground]
) -> None:
    numbers = ["3", "-2.5", "1e3", "+4", ".5", "1,5", "1,234", "12%", "٣"]
    junk = ["007", "nan", "inf", "1e400", "1_000", "0x1", "e5", "about 3"]
    playground = as_number(column_of(*numbers, *junk, ""))

    assert profiles(playground)["value"]["numbers"] == {
        "min": -2.5,
        "median": 3.0,
        "max": 1234.0,
        "not_numbers": len(junk),
    }
    shown = words(client_alice, playground, "value")
    assert "Smallest -2.5 Median 3 Largest 1,234 Not a number 8" in shown


def test_a_number_column_without_numbers_shows_no_zero(
    client_alice: Client, as_number: Callable[[bytes], Playground]
) -> None:
    playground = as_number(column_of("many", "few"))

    shown = words(client_alice, playground, "value")
    assert "Smallest – Median – Largest – Not a number 2" in shown


def test_an_empty_column_says_so(client_alice: Client, imported: Imported) -> None:
    playground = imported(column_of("", " ", ""))

    assert profiles(playground)["value"] == {"filled": 0, "distinct": 0, **NO_FIGURES}
    shown = words(client_alice, playground, "value")
    assert shown == "Filter Columns Type Text Filled 0 of 3 · 0% Every cell is empty."


def test_one_row_is_profiled(client_alice: Client, imported: Imported) -> None:
    playground = imported(column_of("yes please"))

    found = profiles(playground)["value"]
    assert found["lengths"] == {"shortest": 10, "median": 10, "p95": 10, "longest": 10}
    assert found["histogram"] == {"width": 1, "counts": [1]}
    assert found["top"] == [["yes please", 1]]
    assert "Filled 1 of 1 · 100% Unique values 1" in words(client_alice, playground, "value")


def test_it_counts_characters_not_bytes(imported: Imported) -> None:
    found = profiles(imported(column_of("größe", "名前", "🥾", "e\u0301", "a", "🥾")))["value"]

    assert found["lengths"] == {"shortest": 1, "median": 1, "p95": 5, "longest": 5}
    assert found["histogram"] == {"width": 1, "counts": [3, 2, 0, 0, 1]}
    assert found["top"][0] == ["🥾", 2]


def test_lengths_are_drawn_as_bars_in_words_too(client_alice: Client, imported: Imported) -> None:
    playground = imported(column_of(*("x" * length for length in range(1, 121))))

    page = client_alice.get(reverse("data", args=[playground.pk])).content.decode()
    assert page.count('<svg class="hist"') == 2
    shown = words(client_alice, playground, "value")
    assert "1 10 a bar 120 Shortest 1 Median 60 95th percentile 114 Longest 120" in shown
    assert "Most frequent" not in shown


def test_values_are_shown_as_text(client_alice: Client, imported: Imported) -> None:
    playground = imported(column_of(*['<b>"x"</b>', "{{ y }}"] * 3))

    page = client_alice.get(reverse("data", args=[playground.pk])).content.decode()
    assert "<b>&quot;x" not in page
    assert "&lt;b&gt;&quot;x&quot;&lt;/b&gt;" in page
    assert "{{ y }} 3" in words(client_alice, playground, "value")


def test_a_profile_from_before_lengths_were_counted_is_shown(
    client_alice: Client, imported: Imported
) -> None:
    playground = imported(column_of("a", ""))
    column = Column.objects.get(playground=playground, name="value")
    old = {str(column.pk): {"filled": 1, "distinct": None}}
    DatasetVersion.objects.filter(playground=playground).update(profile=old)

    shown = words(client_alice, playground, "value")
    assert shown == "Filter Columns Type Text Filled 1 of 2 · 50%"


def test_chunks_make_no_difference(imported: Imported, monkeypatch: pytest.MonkeyPatch) -> None:
    content = column_of(*(f"{'x' * (n % 17)}{n % 23}" for n in range(100)))
    whole = profiles(imported(content))

    monkeypatch.setattr(profiling, "MOST_ROWS", 7)
    assert profiles(imported(content)) == whole


def test_rows_of_another_version_are_not_counted(imported: Imported) -> None:
    playground = imported(column_of("a", "b"))
    version = queries.current_version(playground)
    version.rows().filter(position=2).update(until=0)

    column = str(Column.objects.get(playground=playground, name="value").pk)
    assert profiling.profile_of(version)[column]["filled"] == 1


class Killed(BaseException):
    """What a worker sees of kill -9: nothing after this line runs."""


def test_an_import_killed_while_it_profiles_is_finished_by_the_sweep(bring: Bring) -> None:
    upload = bring(column_of("a", "b", "b"))
    playground = uploads.start_import(upload, name="Shop")
    with patch.object(ColumnCounts, "add", side_effect=Killed), pytest.raises(Killed):
        uploads.run_import(upload.pk)
    at_death = queries.current_version(playground)

    past = timezone.now() - timedelta(seconds=1)
    Upload.objects.filter(pk=upload.pk).update(lease_until=past)
    uploads.work_off_stalled()

    assert (at_death.row_count, at_death.profile) == (0, {})
    assert queries.current_version(playground).row_count == 3
    assert profiles(playground)["value"]["top"] == [["b", 2], ["a", 1]]


def test_it_stops_when_the_import_is_cancelled_meanwhile(bring: Bring) -> None:
    upload = bring(column_of("a"))
    uploads.start_import(upload, name="Shop")
    add = ColumnCounts.add

    def cancel_then_add(self: ColumnCounts, cells: Sequence[str]) -> None:
        if Upload.objects.filter(pk=upload.pk, state=Upload.State.IMPORTING).exists():
            uploads.cancel(Upload.objects.get(pk=upload.pk))
        add(self, cells)

    with patch.object(ColumnCounts, "add", cancel_then_add):
        uploads.run_import(upload.pk)

    upload.refresh_from_db()
    assert upload.state == Upload.State.CANCELLED
    assert not Playground.objects.exists()


def test_the_web_process_needs_no_pandas_for_the_page() -> None:
    program = (
        "import sys, django; django.setup()\n"
        "import playground.urls, playground.services.importing, playground.services.profiling\n"
        "sys.exit('pandas' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=settings.BASE_DIR,
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": ""},
        check=False,
    )

    assert done.returncode == 0


CELLS = st.lists(
    st.one_of(
        st.text(max_size=70),
        st.sampled_from(["NA", "null", "", " ", "007", "1", "-2.5", "1e3", "a\0b", "a\0c"]),
    ),
    max_size=80,
)


def rank(sorted_lengths: list[int], percent: int) -> int:
    """The nearest rank, straight from a sorted list."""
    return sorted_lengths[-(-len(sorted_lengths) * percent // 100) - 1]


@hypothesis_settings(deadline=None)
@given(chunks=st.lists(CELLS, max_size=3))
def test_it_counts_what_plain_python_counts(chunks: list[list[str]]) -> None:
    counts = ColumnCounts(numbers=True, histogram=True)
    for cells in chunks:
        counts.add(cells)
    found: dict[str, Any] = counts.summary()

    values = [cell.strip() for cells in chunks for cell in cells if cell.strip()]
    assert (found["filled"], found["distinct"]) == (len(values), len(set(values)))
    assert found["lengths"] == expected_lengths(values)
    assert sum((found["histogram"] or {"counts": []})["counts"]) == len(values)
    assert found["top"] == expected_top(values)
    assert found["numbers"] == expected_numbers(values)


def expected_lengths(values: list[str]) -> dict[str, int] | None:
    if not values:
        return None
    found = sorted(map(len, values))
    return {
        "shortest": found[0],
        "median": rank(found, 50),
        "p95": rank(found, 95),
        "longest": found[-1],
    }


def expected_top(values: list[str]) -> list[list[object]] | None:
    counted = Counter(values)
    is_few = len(counted) <= 50 and all(len(value) <= 60 for value in counted)
    if not counted or not is_few or 5 < len(counted) == len(values):
        return None
    order = sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))
    return [[value, count] for value, count in order[:5]]


def expected_number(value: str) -> float | None:
    plain = r"[+-]?((0|[1-9]\d{0,14})(\.\d{1,40})?|\.\d{1,40})([eE](\+?\d\d?|-\d{1,3}))?"
    if re.fullmatch(plain, value, re.ASCII):
        return float(value)
    written = (
        r"([+-]?)(?!0\d)(\d{1,3}(?:,\d{3})+|\d{1,15}|)(?:[.,](\d{1,15}))?((?:[eE][+-]?\d{1,3})?)%?"
    )
    found = re.fullmatch(written, value)
    if found is None or not any(letter.isdigit() for letter in value):
        return None
    sign, whole, decimals, power = found.groups()
    if not whole and not decimals:
        return None
    number = float(f"{sign}{whole.replace(',', '') or 0}.{decimals or 0}{power}")
    return number if abs(number) <= 1e150 else None


def expected_numbers(values: list[str]) -> dict[str, float | None] | None:
    if not values:
        return None
    found = [number for value in values if (number := expected_number(value)) is not None]
    return {
        "min": min(found, default=None),
        "median": median(found) if found else None,
        "max": max(found, default=None),
        "not_numbers": len(values) - len(found),
    }


@given(st.dictionaries(st.integers(1, 1_000_000), st.integers(1, 1_000), min_size=1))
def test_bins_hold_every_cell_in_at_most_twelve(cells_by_length: dict[int, int]) -> None:
    bins = lengths.bins(cells_by_length)

    assert bins is not None
    assert 1 <= len(bins.counts) <= 12
    assert sum(bins.counts) == sum(cells_by_length.values())
    assert bins.counts[0] > 0
    assert bins.counts[-1] > 0


def test_points_part_thousands_beside_decimal_commas() -> None:
    def counted(*cells: str) -> object:
        counts = ColumnCounts(numbers=True, histogram=False)
        counts.add(cells)
        return counts.summary()["numbers"]

    german = {"min": 99.9, "median": 1234.0, "max": 1234.5, "not_numbers": 1}
    assert counted("1.234", "99,90", "1.234,50", "none") == german
    assert counted("1.234", "2") == {"min": 1.234, "median": 1.617, "max": 2.0, "not_numbers": 0}
