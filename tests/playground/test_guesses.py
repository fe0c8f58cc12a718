"""What columns are probably used as, and what they hold."""

import pytest

from playground.domain import guesses
from playground.domain.guesses import Facts
from playground.domain.profiles import ColumnProfile


def roles(*columns: tuple[str, str]) -> list[str]:
    return guesses.roles([Facts(name=name, type=kind, filled=100) for name, kind in columns])


def profile(*cells: str) -> ColumnProfile:
    found = ColumnProfile()
    for cell in cells:
        found.add(cell)
    return found


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            [
                ("ticket_id", "text"),
                ("customer_message", "long_text"),
                ("agent_reply_gold", "text"),
            ],
            ["row_id", "input", "expected"],
        ),
        ([("Category", "category"), ("Prompt", "text")], ["filter", "input"]),
        ([("question", "text"), ("kb_passages", "text_list")], ["input", "context"]),
        ([("question", "text"), ("source_id", "text")], ["input", "source"]),
        ([("question", "text"), ("mustInclude", "text")], ["input", "keywords"]),
        ([("question", "text"), ("answerable", "yes_no")], ["input", "answerable"]),
        ([("prompt", "text"), ("response", "text")], ["input", "expected"]),
        (
            [("prompt", "text"), ("ideal", "text"), ("response", "text")],
            ["input", "expected", "response"],
        ),
        ([("answer", "text"), ("expected_answer", "text")], ["input", "expected"]),
        ([("id", "text"), ("key", "text"), ("q", "text")], ["row_id", "input", "input"]),
        ([("foo", "text"), ("bar", "number")], ["input", "filter"]),
        ([("x", "number"), ("y", "number")], ["input", "filter"]),
        ([("answer", "text")], ["input"]),
        ([], []),
    ],
)
def test_it_guesses_roles_by_name_and_content(
    columns: list[tuple[str, str]], expected: list[str]
) -> None:
    assert roles(*columns) == expected


@pytest.mark.parametrize(
    ("name", "role"),
    [
        *[("Nr", "row_id"), ("Nummer", "row_id"), ("Numéro", "row_id"), ("Número", "row_id")],
        *[("Frage", "input"), ("Consigne", "input"), ("Pregunta", "input")],
        *[("Antwort", "expected"), ("Erwartete Antwort", "expected"), ("Soll", "expected")],
        *[("Réponse attendue", "expected"), ("Respuesta esperada", "expected")],
        *[("Kontext", "context"), ("Contexte", "context"), ("Contexto", "context")],
        *[
            ("Thema", "filter"),
            ("KATEGORIE", "filter"),
            ("Catégorie", "filter"),
            ("tema", "filter"),
        ],
        *[("Quelle", "source"), ("Fuente", "source"), ("Document source", "source")],
        *[("Stichwörter", "keywords"), ("Mots-clés", "keywords"), ("Palabras clave", "keywords")],
        ("Stichwo\u0308rter", "keywords"),
    ],
)
def test_it_knows_german_french_and_spanish_names(name: str, role: str) -> None:
    other = "id" if role == "input" else "question"

    assert roles((name, "text"), (other, "text"))[0] == role


@pytest.mark.parametrize("name", ["Beantwortbar", "Répondable", "Respondible"])
def test_it_knows_other_names_of_answerable(name: str) -> None:
    assert roles(("Frage", "text"), (name, "yes_no")) == ["input", "answerable"]


def test_the_expected_answer_goes_before_any_other_answer() -> None:
    found = roles(("Antwort", "text"), ("Frage", "text"), ("Erwartete Antwort", "text"))

    assert found[1:] == ["input", "expected"]


def test_an_id_that_repeats_is_no_input_either() -> None:
    facts = [
        Facts(name="Nr", type="text", filled=100, repeats=60),
        Facts(name="Frage", type="text", filled=100),
    ]

    assert guesses.roles(facts) == ["filter", "input"]


def test_an_id_that_repeats_is_no_row_id() -> None:
    facts = [
        Facts(name="id", type="text", filled=100, repeats=60),
        Facts(name="q", type="text", filled=100),
    ]

    assert guesses.roles(facts)[0] != "row_id"


def test_a_nameless_empty_column_is_left_out() -> None:
    empty = Facts(name="column 2", type="text", filled=0, has_own_name=False)

    assert guesses.roles([Facts(name="q", type="text", filled=9), empty]) == ["input", "left_out"]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "-2.5", "1,200", "3e8", ""], "number"),
        (["007", "012"], "text"),
        (["12345678901234567890123", "2"], "text"),
        (["yes", "No", "TRUE"], "yes_no"),
        (["Ja", "nein", "wahr", "FALSCH"], "yes_no"),
        (["oui", "Non", "vrai", "faux"], "yes_no"),
        (["Sí", "no", "si", "verdadero", "falso"], "yes_no"),
        (["2026-01-31", "31.01.2026", "1/2/26"], "date"),
        (['["a", "b"]', "[]"], "text_list"),
        (['{"a": 1}', "[1]"], "json"),
        (["red", "blue"] * 4, "category"),
        (["NA", "null", "None"], "text"),
        (["x" * 500], "long_text"),
        (["[" * 100_000], "long_text"),
        (["", "  "], "text"),
        (["1.234,50", "99,90", "1.234.567,8", "-12"], "number"),
        (["1.234,50", "1,234.50"], "text"),
        ([*map(str, range(2, 20)), "n/a", "?"], "number"),
        ([*map(str, range(2, 20)), "n/a", "?", "-"], "text"),
        ([*(f"{n}.10.2026" for n in range(1, 28)), "soon", "", "?"], "date"),
        ([*(f"{n}.10.2026" for n in range(1, 28)), "10.27.2026", "?"], "text"),
        ([*(f"{n}" for n in range(80331, 80349)), "01067"], "text"),
        ([*(["yes", "no"] * 9), "maybe", "unknown"], "category"),
    ],
)
def test_it_guesses_types_by_content(cells: list[str], kind: str) -> None:
    assert profile(*cells).type == kind


def test_it_counts_filled_cells_and_values_up_to_fifty() -> None:
    few, many = profile("a", "", "b", "a"), profile(*(str(n) for n in range(51)))

    assert (few.filled, few.distinct, few.first) == (3, 2, "a")
    assert many.distinct is None
