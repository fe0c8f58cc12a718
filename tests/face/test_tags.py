"""The tags, as a template uses them."""

import re

import pytest
from django import forms
from django.template import Context, Template

from evals.templatetags.evalground import VERDICTS
from tests.face.conftest import sprite_names


def render(source: str, **context: object) -> str:
    """The template tags' output for a one-line template."""
    return Template("{% load evalground %}" + source).render(Context(context))


def test_it_draws_an_icon_from_the_sprite() -> None:
    assert render('{% icon "plus" %}') == (
        '<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-plus"/></svg>'
    )


def test_it_names_an_icon_that_stands_alone() -> None:
    assert 'role="img" aria-label="Done"' in render('{% icon "check" label="Done" %}')


@pytest.mark.parametrize("state", VERDICTS)
def test_it_has_a_mark_for_every_verdict(state: str) -> None:
    symbol = re.search(r"#([\w-]+)", render("{% mark state %}", state=state))

    assert symbol
    assert symbol[1] in sprite_names()


@pytest.mark.parametrize(
    ("state", "word"),
    [("pass", "Pass"), ("fail", "Fail"), ("undecided", "Undecided"), ("error", "Error")],
)
def test_it_says_the_verdict_in_a_word(state: str, word: str) -> None:
    html = render("{% verdict state %}", state=state)

    assert html.endswith(f"</svg>{word}</span>")


def test_it_keeps_a_pass_quiet_unless_told() -> None:
    assert 'class="vword even"' in render('{% verdict "pass" %}')
    assert 'class="vword pass"' in render('{% verdict "pass" "Yes, clearly" loud=True %}')


def test_it_refuses_a_verdict_it_does_not_know() -> None:
    with pytest.raises(KeyError):
        render('{% verdict "maybe" %}')


@pytest.mark.parametrize(("name", "css"), [("A", "a"), ("D", "d"), ("E", "a"), ("b", "b")])
def test_it_gives_a_letter_its_hue(name: str, css: str) -> None:
    assert render("{% letter name %}", name=name) == f'<span class="letter {css}">{name}</span>'


def test_it_takes_the_hue_from_the_index_when_given() -> None:
    assert 'class="letter b lg"' in render('{% letter "X" 1 "lg" %}')


def test_it_draws_a_whisker_with_the_baseline() -> None:
    html = render('{% whisker 0.66 0.6 0.72 0.24 "B" %}')

    assert 'class="whisk b" width="96"' in html
    assert '<path class="bs" d="M25.1 1V13"/>' in html
    assert '<path class="ci" d="M56.8 7H67.4"/>' in html
    assert '<circle class="pt" cx="62.1" cy="7" r="3.5"/>' in html


def test_it_draws_only_the_axis_when_nothing_is_decided() -> None:
    html = render("{% whisker None None None %}")

    assert html.count("<path") == 1
    assert "circle" not in html


def test_it_says_in_words_what_the_strip_shows() -> None:
    cells = [("pass", 1.0), ("fail", 0.2), ("not_applicable", None), ("error", None)]

    html = render("{% strip cells %}", cells=cells)

    assert 'aria-label="1 of 2 KPIs pass, 1 not applicable, 1 with an error"' in html


def test_it_shows_at_most_eight_bars() -> None:
    assert 'width="63"' in render("{% strip cells %}", cells=[("pass", 1.0)] * 12)


def test_it_draws_a_meter_up_to_the_score_with_its_line() -> None:
    html = render('{% meter 0.3 0.75 "fail" %}')

    assert 'class="meter no"' in html
    assert 'width="21.6"' in html
    assert 'd="M53.6 0V10"' in html


def test_it_draws_no_meter_for_no_score() -> None:
    assert render("{% meter None 0.5 %}") == ""


def test_it_draws_the_scores_over_the_slider() -> None:
    html = render("{% histogram counts 0.5 %}", counts=[1, 3])

    assert html.count("<rect") == 2
    assert '<path class="th" d="M75.0 0V22"/>' in html


def test_it_draws_no_spark_without_runs() -> None:
    assert render("{% spark values %}", values=[]) == ""
    assert "<circle" in render("{% spark values %}", values=[0.4, 0.9])


@pytest.mark.parametrize(
    ("text", "html"),
    [("87%", "87<small>%</small>"), ("–", "–"), ("<b>%", "&lt;b&gt;<small>%</small>")],
)
def test_it_makes_the_percent_sign_small(text: str, html: str) -> None:
    assert render("{{ text|figure }}", text=text) == html


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Mara Lindqvist", "ML"),
        ("mara@example.org", "M"),
        ("mara.lind@example.org", "ML"),
        ("", ""),
    ],
)
def test_it_shortens_a_name_to_initials(name: str, expected: str) -> None:
    assert render("{{ name|initials }}", name=name) == expected


def test_it_escapes_what_people_typed() -> None:
    html = render(
        '{% letter name %}{% verdict "fail" name %}{% icon "plus" label=name %}', name="<i>"
    )

    assert "<i>" not in html


class NameForm(forms.Form):
    name = forms.CharField(help_text="As your team calls it.")
    model = forms.ChoiceField(choices=[("a", "A")])
    keep = forms.BooleanField(required=False)
    notes = forms.CharField(widget=forms.Textarea, required=False)


@pytest.mark.parametrize(
    ("name", "css"), [("name", "input"), ("model", "select"), ("keep", "check"), ("notes", "area")]
)
def test_it_gives_a_control_the_class_of_its_kind(name: str, css: str) -> None:
    assert f'class="{css}"' in render("{% widget field %}", field=NameForm()[name])


def test_it_ties_the_error_to_its_field() -> None:
    field = NameForm({"name": "", "model": "a"})["name"]

    html = render('{% include "components/field.html" %}', field=field)

    assert 'class="input bad"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert "This field is required." in html
