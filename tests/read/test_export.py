"""The export: complete, safe for spreadsheets, and read back as it was written."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator

import pytest
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client

from accounts.models import User
from evals.models import Run
from evals.queries.export import file_name
from playground.domain.spreadsheets import safe_cell
from tests.read.conftest import StoreRun
from tests.read.stored_run import Failure, say

Table = list[dict[str, str]]


def export(client: Client, run: Run, query: str = "") -> bytes:
    response = client.get(f"/playgrounds/{run.playground_id}/export.csv{query}")
    assert response.status_code == 200
    return response.getvalue()


def table(client: Client, run: Run, query: str = "") -> Table:
    text = export(client, run, query).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_it_has_the_row_and_what_each_variant_said(
    client_alice: Client, store_run: StoreRun
) -> None:
    rows = table(client_alice, store_run())

    assert len(rows) == 8
    assert rows[3]["Row"] == "4"
    assert rows[3]["question"] == "How heavy is tent 3?"
    assert rows[3]["A Model 1: answer"] == "Tent 3 weighs 3 grams."
    assert rows[3]["A Model 1: verdict"] == "pass"
    assert rows[3]["B Model 2: verdict"] == "fail"
    assert "Token F1 0.00 is below 0.6" in rows[3]["B Model 2: reasons"]


def test_it_has_scores_states_and_figures_as_plain_numbers(
    client_alice: Client, store_run: StoreRun
) -> None:
    row = table(client_alice, store_run())[3]

    assert row["A Model 1: Token F1"] == "1.0"
    assert row["A Model 1: Token F1 (state)"] == "value"
    assert row["A Model 1: latency_ms"] == "203.0"
    assert row["A Model 1: tokens_in"] == "20"
    assert row["A Model 1: cost_usd"] == "0.0004"


def test_it_leaves_empty_what_is_not_known(client_alice: Client, store_run: StoreRun) -> None:
    def mixed(variant: int, _position: int) -> str | Failure | None:
        return (Failure(), None)[variant]

    row = table(client_alice, store_run(rows=1, say=mixed, state=Run.State.RUNNING))[0]

    assert row["A Model 1: verdict"] == "error"
    assert row["A Model 1: error"] == "No complete answer within 120 s."
    assert row["A Model 1: Token F1"] == row["A Model 1: cost_usd"] == ""
    assert row["B Model 2: verdict"] == "waiting"
    assert row["B Model 2: Token F1 (state)"] == "missing"


def test_it_exports_the_rows_of_the_view(client_alice: Client, store_run: StoreRun) -> None:
    rows = table(client_alice, store_run(), "?show=disagree&sort=row")

    assert [row["Row"] for row in rows] == ["3", "4", "5"]


def test_it_exports_more_rows_than_are_read_at_once(
    client_alice: Client, store_run: StoreRun
) -> None:
    rows = table(client_alice, store_run(rows=520))

    assert [row["Row"] for row in rows] == [str(number) for number in range(1, 521)]


def test_it_begins_with_the_mark_that_spreadsheets_need(
    client_alice: Client, store_run: StoreRun
) -> None:
    run = store_run(rows=1, row=lambda n: ("Größe?", "zwölf", "", ""))

    content = export(client_alice, run)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == 2
    assert "Größe?".encode() in content


TEXTS = [
    'say "hi", then\r\nleave',
    "=HYPERLINK('http://127.0.0.1:9')",
    "@SUM(A1)",
    "-2.5",
    "- a list",
    "＝1+1",
    "\t=1",
    "half \ud83d pair",
    "",
]


def test_it_reads_back_as_it_was_written(client_alice: Client, store_run: StoreRun) -> None:
    said = [text.replace("\ud83d", "?") for text in TEXTS]
    run = store_run(rows=len(said), variants=1, say=lambda v, n: said[n])

    answers = [row["A Model 1: answer"] for row in table(client_alice, run)]

    assert [text.removeprefix("' ") for text in answers] == said
    assert [text for text in answers if text.startswith("' ")] == [
        "' =HYPERLINK('http://127.0.0.1:9')",
        "' @SUM(A1)",
        "' - a list",
        "' ＝1+1",
        "' \t=1",
    ]


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "|", "＝", "＋", "－", "＠"]
)
def test_it_takes_the_sting_out_of_formulas(start: str) -> None:
    assert safe_cell(f"{start}cmd") == f"' {start}cmd"


@pytest.mark.parametrize(
    "text", ["-2.5", "+3", "-1e-05", ".5", "-.5", "plain", "", "a=b", "3 - 2", " =1", "'quoted"]
)
def test_it_leaves_plain_cells_alone(text: str) -> None:
    assert safe_cell(text) == text


@pytest.mark.parametrize("text", ["-2.5+1", "+1 2", "-", "+", "--1", "-1e", "-１"])
def test_it_takes_no_formula_for_a_number(text: str) -> None:
    assert safe_cell(text) == f"' {text}"


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Support answers", "support-answers-run-7.csv"),
        ('a"; filename="x.exe', "a-filenamexexe-run-7.csv"),
        ("../../etc/passwd", "etcpasswd-run-7.csv"),
        ("日本", "playground-run-7.csv"),
    ],
)
def test_it_gives_the_file_a_safe_name(name: str, file: str) -> None:
    assert file_name(name, 7) == file


@pytest.mark.django_db(transaction=True)
def test_it_streams_from_the_asgi_server(alice: User, store_run: StoreRun) -> None:
    run = store_run(rows=300, say=say)

    async def parts() -> list[bytes]:
        client = AsyncClient()
        await client.aforce_login(alice)
        response = await client.get(f"/playgrounds/{run.playground_id}/export.csv")
        assert isinstance(response, StreamingHttpResponse)
        streamed = response.streaming_content
        assert isinstance(streamed, AsyncIterator)
        return [part async for part in streamed]

    assert len(asyncio.run(parts())) == 3
