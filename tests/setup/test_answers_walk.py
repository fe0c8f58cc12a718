"""A spreadsheet whose columns are model names, from the file to verdicts, without any call."""

from collections.abc import Sequence

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User, Workspace
from evals.engine import calls
from evals.llm.base import Client, Endpoint
from evals.llm.registry import open_client
from evals.models import Answer, Run
from evals.queries.out_of_date import Counts, counts_of, out_of_date
from evals.queries.reading import read
from evals.services import runs
from evals.services import setup as setup_service
from playground.models import Playground, Upload
from playground.queries import current_version, row_ids
from playground.services import uploads

HEADER = "id,question,expected,context,gpt-4o,claude-sonnet-4"
pytestmark = pytest.mark.django_db(transaction=True)


def line(number: int, weight: int | None = None) -> str:
    """Row `number`: the first model is right, the second has no answer to every fifth."""
    grams = number if weight is None else weight
    other = "" if number % 5 == 0 else f"Tent {number} is heavy."
    return (
        f"T-{number},How heavy is tent {number}?,Tent {number} weighs {grams} grams.,"
        f"Tent {number} weighs {grams} grams.,Tent {number} weighs {number} grams.,{other}"
    )


def bring(
    user: User, workspace: Workspace, lines: Sequence[str], into: Playground | None = None
) -> Upload:
    """The file with these rows, received and checked."""
    upload = uploads.receive(
        workspace=workspace,
        user=user,
        file_name="answers.csv",
        chunks=[("\n".join([HEADER, *lines]) + "\n").encode()],
        into=into,
    )
    return uploads.finish_here(upload.pk)


def run_all(ground: Playground) -> Run:
    version = current_version(ground)
    run = runs.create_run(
        playground=ground,
        snapshot=setup_service.snapshot_of(ground),
        row_ids=row_ids(version),
        form_token=f"token {version.number}",
    )
    assert runs.drain_here(run.pk, timeout_s=30)
    run.refresh_from_db()
    return run


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The endpoints that a client was opened for."""
    found: list[object] = []

    def note(endpoint: Endpoint) -> Client:
        found.append(endpoint)
        return open_client(endpoint)

    monkeypatch.setattr(calls, "open_client", note)
    return found


@pytest.fixture
def ground(alice: User, workspace: Workspace) -> Playground:
    """Twelve rows with the answers of two models, imported as the check guesses them."""
    upload = bring(alice, workspace, [line(number) for number in range(1, 13)])
    playground = uploads.start_import(upload, name="Tents")
    assert uploads.finish_here(upload.pk).state == Upload.State.IMPORTED
    return playground


def test_it_judges_the_answers_of_a_file_without_a_call(
    client_alice: Browser, ground: Playground, opened: list[object]
) -> None:
    assert [one.name for one in ground.variants.all()] == ["gpt-4o", "claude-sonnet-4"]
    setup_service.suggest(ground)

    run = run_all(ground)

    reading = read(run)
    shown = client_alice.get(reverse("run", args=[ground.pk])).content.decode()
    drawer = client_alice.get(reverse("drawer", args=[ground.pk, 4]), {"cell": "b"})
    compare = client_alice.get(reverse("compare", args=[ground.pk]), {"show": "all"})
    assert (run.state, run.n_ok, run.n_error, opened) == (Run.State.DONE, 22, 2, [])
    assert [one.value for one in reading.accuracies] == [1.0, 0.0]
    assert "answers imported, no calls" in shown
    assert "$0" not in shown
    assert "Nothing was sent: the answer came with the row." in drawer.content.decode()
    assert "This row has no answer in “claude-sonnet-4”." in drawer.content.decode()
    assert compare.content.decode().count(">Imported</span>") == 2


def test_only_answers_to_changed_and_missing_rows_are_out_of_date(
    client_alice: Browser, alice: User, workspace: Workspace, ground: Playground
) -> None:
    """Five rows changed, three new, two missing: seven answers of each variant are marked."""
    setup_service.suggest(ground)
    run = run_all(ground)
    lines = [line(number, weight=900 if number <= 5 else None) for number in range(1, 11)]
    upload = bring(alice, workspace, [*lines, *map(line, (21, 22, 23))], into=ground)
    uploads.choose(upload, {"mode": "replace"})
    upload = uploads.finish_here(upload.pk)
    uploads.start_import(upload, name=ground.name)
    assert uploads.finish_here(upload.pk).state == Upload.State.IMPORTED

    found = out_of_date(read(run))
    page = client_alice.get(reverse("compare", args=[ground.pk]), {"show": "outdated"})
    home = client_alice.get(reverse("home")).content.decode()
    assert current_version(ground).row_count == 13
    assert found.counts == Counts(changed=5, removed=2)
    assert found.mask.nonzero()[0].tolist() == [0, 1, 2, 3, 4, 10, 11]
    assert page.content.decode().count(">Out of date</span>") == 7
    assert "7 rows changed or removed since this run (5 changed, 2 removed)." in home
    assert Answer.objects.filter(run_id=run.pk).count() == 24
    again = run_all(ground)
    assert counts_of([run, again]) == {run.pk: Counts(changed=5, removed=2)}
