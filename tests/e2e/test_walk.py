"""From a file to a verdict in a browser, on the started product."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from evals.services.setup import ANSWER_FROM_CONTEXT, ANSWER_SHORTLY, SUGGESTED_MAX_TOKENS
from tests.databases import own_database
from tests.ground.conftest import ROOT
from tests.standin import StandIn

# The title of a run that has ended; one under way says "62% done".
DONE = re.compile(r"^Done")
# What is suggested for the file of these tests.
SPEC = f"""
columns: {{{{question: input, expected_answer: expected, context: context, topic: filter}}}}
variants:
  - name: Closed book
    base_url: {{url}}
    allow_private: true
    model: standin-small
    system: {json.dumps(ANSWER_SHORTLY)}
    prompt: "{{{{{{{{question}}}}}}}}"
    max_tokens: {SUGGESTED_MAX_TOKENS}
    baseline: true
  - name: With context
    base_url: {{url}}
    allow_private: true
    model: standin-small
    system: {json.dumps(ANSWER_FROM_CONTEXT)}
    prompt: "Context:\\n{{{{{{{{context}}}}}}}}\\n\\n{{{{{{{{question}}}}}}}}"
    max_tokens: {SUGGESTED_MAX_TOKENS}
    context: true
kpis:
  - {{{{key: token_f1, name: Recall, params: {{{{measure: recall}}}}}}}}
  - {{{{key: number_grounding}}}}
  - {{{{key: word_count}}}}
rule:
  conditions:
    - {{{{kpi: token_f1, required: true}}}}
    - {{{{kpi: number_grounding}}}}
    - {{{{kpi: word_count}}}}
"""


def drop(page: Page, file: Path) -> None:
    """Drop `file` onto the page, as a hand does."""
    transfer = page.evaluate_handle(
        """([name, text]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], name, { type: "text/csv" }));
            return transfer;
        }""",
        [file.name, file.read_text(encoding="utf-8")],
    )
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})


def import_rows(page: Page) -> None:
    """Go from the checked file to the setup."""
    button = page.get_by_role("button", name=re.compile(r"Import \d+ rows"))
    button.click(timeout=30_000)
    expect(page.get_by_role("heading", name="Variants")).to_be_visible(timeout=30_000)


def add_standin(page: Page, standin: StandIn) -> None:
    """A connection to the stand-in server, with its private address allowed."""
    page.goto("/models/add?preset=openai")
    page.locator("#id_name").fill("Stand-in")
    page.locator("#id_base_url").fill(standin.url())
    page.locator("#id_allow_private").check()
    page.locator("#id_model_ids").fill("standin-small")
    page.get_by_role("button", name="Add connection").click()
    card = page.locator(".mcard", has_text="Stand-in")
    card.get_by_role("button", name="Test").click()
    expect(card).to_contain_text("Answered in", timeout=30_000)


def test_a_dropped_file_reaches_a_verdict(page: Page, standin: StandIn, rows_file: Path) -> None:
    add_standin(page, standin)
    page.goto("/")
    drop(page, rows_file)
    page.wait_for_url("**/imports/*")
    import_rows(page)
    expect(page.locator("#variants")).to_contain_text("With context")
    before = standin.calls

    page.get_by_role("button", name="Run 72 answers").click()
    expect(page.locator("main")).to_contain_text("72", timeout=30_000)
    expect(page.locator("h1")).to_contain_text(DONE, timeout=60_000)

    assert standin.calls - before == 72
    page.get_by_role("link", name="Compare", exact=True).click()
    expect(page.get_by_role("columnheader", name=re.compile("With context"))).to_contain_text("100")
    _reads_an_answer(page)
    _moves_a_line(page, standin)


def _reads_an_answer(page: Page) -> None:
    """The drawer tells what was sent and why the answer passed or failed."""
    page.locator(".oc a[data-open]").first.dispatch_event("click")
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text("What was sent")
    expect(drawer.get_by_role("row", name=re.compile("Recall"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer.locator("aside")).to_have_count(0)


def _moves_a_line(page: Page, standin: StandIn) -> None:
    """A moved line changes the accuracy at once, calls no model, and can be saved."""
    calls = standin.calls
    page.get_by_role("link", name="Dashboard", exact=True).click()
    expect(page.locator("h1")).to_contain_text("With context")
    slider = page.locator("#line-token_f1")
    slider.fill("0.05")
    expect(page.locator("#draft")).to_contain_text("Draft")
    page.get_by_role("button", name=re.compile(r"Save as rule v\d")).click()
    expect(page.locator("#draft")).not_to_contain_text("Draft")
    assert standin.calls == calls


def test_a_chosen_file_is_exported_with_its_verdicts(page: Page, rows_file: Path) -> None:
    page.goto("/playgrounds/new")
    page.set_input_files("input[type=file]", rows_file)
    page.wait_for_url("**/imports/*")
    import_rows(page)
    page.locator("#limit").fill("3")
    page.locator("#limit").dispatch_event("change")
    page.get_by_role("button", name="Run 6 answers").click()
    expect(page.locator("h1")).to_contain_text(DONE, timeout=60_000)

    address = page.url.split("/run")[0] + "/export.csv"
    text = page.request.get(address).text()
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert len(rows) == 4
    verdicts = [name for name in rows[0] if name.endswith(": verdict")]
    assert len(verdicts) == 2


def test_the_command_reaches_the_verdicts_of_the_page(
    page: Page, standin: StandIn, rows_file: Path, tmp_path: Path
) -> None:
    page.goto("/playgrounds/new")
    page.set_input_files("input[type=file]", rows_file)
    page.wait_for_url("**/imports/*")
    import_rows(page)
    page.get_by_role("button", name="Run 72 answers").click()
    expect(page.locator("h1")).to_contain_text(DONE, timeout=60_000)
    address = page.url.split("/run")[0] + "/export.csv?show=all"
    exported = list(csv.DictReader(io.StringIO(page.request.get(address).text().lstrip("\ufeff"))))

    result = evaluate(tmp_path, rows_file, standin)

    told = {(one["row"], one["variant"]): one["verdict"] for one in result["verdicts"]}
    shown = {
        (int(row["Row"]), name[0]): verdict
        for row in exported
        for name, verdict in row.items()
        if name.endswith(": verdict")
    }
    assert told == shown
    assert set(told.values()) == {"pass", "fail"}


def evaluate(folder: Path, rows_file: Path, standin: StandIn) -> dict[str, Any]:
    """What `manage.py evaluate` says of the same setup, in a data folder of its own."""
    spec = folder / "spec.yaml"
    spec.write_text(SPEC.format(url=standin.url()), encoding="utf-8")
    arguments = [str(spec), "--data", str(rows_file), "--json", "-"]
    kept = {name: value for name, value in os.environ.items() if name != "EVALGROUND_DATA"}
    with own_database() as database:
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "evaluate", *arguments],
            env={
                **kept,
                **database,
                "EVALGROUND_DATA": str(folder / "data"),
                "DJANGO_SETTINGS_MODULE": "config.settings",
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
