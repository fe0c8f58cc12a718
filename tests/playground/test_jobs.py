"""The jobs behind an upload: killed, doubled, forgotten, they lose no row and double none."""

import io
import os
import tracemalloc
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from celery import current_app
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.errors import NotReady
from accounts.models import Workspace
from playground import enqueue, tasks
from playground.domain import timed_files
from playground.domain.intake import Taken
from playground.domain.outcome import Outcome
from playground.domain.refusals import FileRefused
from playground.models import Playground, Row, Upload
from playground.services import importing, row_store, stored_files, uploads
from playground.services.leases import MOST_ATTEMPTS, Lease, LeaseLostError
from playground.services.row_store import NewRow
from tests.playground.conftest import SHOP, Bring

ROWS = 2_500
STORE = "playground.services.row_store.store"


def many_rows(count: int = ROWS) -> bytes:
    return b"id,question\n" + b"".join(b"%d,Question %d?\n" % (n, n) for n in range(count))


class Killed(BaseException):
    """What a worker sees of kill -9: nothing after this line runs."""


def kill_after_batches(count: int) -> Callable[..., object]:
    store, calls = row_store.store, iter(range(count))

    def store_or_die(rows: Sequence[NewRow]) -> None:
        if next(calls, None) is None:
            raise Killed
        store(rows)

    return store_or_die


def let_lease_end(upload: Upload) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Upload.objects.filter(pk=upload.pk).update(lease_until=past)


def start(bring: Bring, content: bytes | None = None) -> Upload:
    upload = bring(content or many_rows())
    uploads.start_import(upload, name="Many")
    return upload


def kill_during_import(upload: Upload) -> None:
    with patch(STORE, kill_after_batches(2)), pytest.raises(Killed):
        uploads.run_import(upload.pk)


def test_an_import_killed_in_the_middle_is_finished_by_the_sweep(bring: Bring) -> None:
    upload = start(bring)
    kill_during_import(upload)
    stored_at_death = Row.objects.count()

    let_lease_end(upload)
    uploads.work_off_stalled()

    upload.refresh_from_db()
    positions = list(Row.objects.order_by("position").values_list("position", flat=True))
    assert stored_at_death == 2_000
    assert upload.state == Upload.State.IMPORTED
    assert positions == list(range(1, ROWS + 1))


def test_it_leaves_an_upload_alone_while_its_lease_lasts(bring: Bring) -> None:
    upload = start(bring)
    kill_during_import(upload)

    uploads.work_off_stalled()
    uploads.run_import(upload.pk)

    assert Row.objects.count() == 2_000


def test_five_kills_change_nothing_of_the_end(bring: Bring) -> None:
    upload = start(bring)
    for _kill in range(5):
        kill_during_import(upload)
        let_lease_end(upload)

    uploads.work_off_stalled()

    assert Row.objects.values("identity").distinct().count() == Row.objects.count() == ROWS


def test_who_has_lost_the_lease_stores_nothing_more(bring: Bring) -> None:
    upload = start(bring)
    lease = Lease.take(upload.pk, Upload.State.IMPORTING)
    let_lease_end(upload)
    uploads.run_import(upload.pk)

    assert lease is not None
    with pytest.raises(LeaseLostError):
        lease.renew(rows_done=1)
    assert Row.objects.count() == ROWS


def test_a_file_that_ends_its_worker_again_and_again_is_given_up(bring: Bring) -> None:
    upload = start(bring)
    Upload.objects.filter(pk=upload.pk).update(attempts=MOST_ATTEMPTS)

    uploads.run_import(upload.pk)

    upload.refresh_from_db()
    assert upload.state == Upload.State.REFUSED
    assert "could not be read in 10 attempts" in upload.error
    assert not Playground.objects.exists()


@pytest.mark.parametrize("place", ["readinto", "check"])
def test_a_check_that_takes_too_long_is_given_up(
    place: str, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timed_files, "MOST_CPU_S", -1.0)
    if place == "check":
        # Nothing is read between two rows of a small file.
        monkeypatch.setattr(timed_files.TimedFile, "readinto", io.FileIO.readinto)

    upload = bring(many_rows())

    assert (upload.state, upload.report["error_kind"]) == (Upload.State.REFUSED, "too_slow")
    assert "in parts" in upload.hint
    assert upload.report["file_rows"] == (0 if place == "readinto" else 1_000)


def test_cancel_is_honoured_between_batches(client_alice: Client, bring: Bring) -> None:
    upload = start(bring)
    store = row_store.store

    def store_and_cancel(rows: Sequence[NewRow]) -> None:
        store(rows)
        uploads.cancel(Upload.objects.get(pk=upload.pk))

    with patch(STORE, store_and_cancel):
        uploads.run_import(upload.pk)

    upload.refresh_from_db()
    assert upload.state == Upload.State.CANCELLED
    assert not Row.objects.exists()


def test_the_page_shows_how_far_an_import_is(client_alice: Client, bring: Bring) -> None:
    upload = start(bring)
    kill_during_import(upload)

    page = client_alice.get(reverse("import-check", args=[upload.pk])).content.decode()

    assert "Storing rows, 80%" in page
    assert "2,000 of 2,500 rows are stored." in page


def test_a_file_that_is_gone_is_named(bring: Bring, data_folder: Path) -> None:
    upload = start(bring)
    (data_folder / "uploads" / upload.stored_name).unlink()

    uploads.run_import(upload.pk)

    upload.refresh_from_db()
    assert upload.error == "The stored file is not there any more."
    assert not Playground.objects.exists()


def test_a_check_whose_ring_was_lost_is_done_by_the_sweep(workspace: Workspace) -> None:
    upload = uploads.receive(
        workspace=workspace, user=None, file_name="a.csv", chunks=[many_rows(3)]
    )
    uploads.work_off_stalled()
    state_at_once = Upload.objects.get().state

    Upload.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    uploads.work_off_stalled()

    upload.refresh_from_db()
    assert (state_at_once, upload.state) == (Upload.State.UPLOADED, Upload.State.CHECKED)


def test_it_finishes_here_what_nobody_else_does(workspace: Workspace) -> None:
    received = uploads.receive(
        workspace=workspace, user=None, file_name="a.csv", chunks=[many_rows(3)]
    )
    checked = uploads.finish_here(received.pk)
    uploads.start_import(checked, name="Here")

    assert uploads.finish_here(received.pk).state == Upload.State.IMPORTED


def test_it_waits_no_longer_than_it_was_told(bring: Bring) -> None:
    upload = start(bring)
    Lease.take(upload.pk, Upload.State.IMPORTING)

    with pytest.raises(NotReady, match="is being imported"):
        uploads.finish_here(upload.pk, timeout_s=0.1)


def test_the_broker_may_be_down(
    workspace: Workspace, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    broken = patch("celery.canvas.Signature.apply_async", side_effect=OperationalError("down"))

    with broken as ring, django_capture_on_commit_callbacks(execute=True):
        uploads.receive(workspace=workspace, user=None, file_name="a.csv", chunks=[b"q\n1\n"])

    assert ring.called
    assert Upload.objects.get().state == Upload.State.UPLOADED


def test_every_ring_names_a_task(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, db: None
) -> None:
    with (
        patch("celery.canvas.Signature.apply_async", autospec=True) as ring,
        django_capture_on_commit_callbacks(execute=True),
    ):
        enqueue.check_upload(1)
        enqueue.import_upload(1)
        enqueue.count_version(1)

    names = {call.args[0].task for call in ring.call_args_list}
    assert names == {tasks.check_upload.name, tasks.import_upload.name, tasks.count_version.name}
    assert names <= set(current_app.tasks)


def test_the_tasks_do_the_work_and_may_run_twice(bring: Bring) -> None:
    upload = start(bring, many_rows(3))

    for _twice in range(2):
        tasks.check_upload(upload.pk)
        tasks.import_upload(upload.pk)

    assert Row.objects.count() == 3


def test_10_000_rows_are_imported_in_bounded_memory(bring: Bring) -> None:
    content = b"id,question,context\n" + b"".join(
        b"%d,Question %d?,%s\n" % (n, n, b"x" * 500) for n in range(10_000)
    )
    upload = start(bring, content)

    tracemalloc.start()
    importing.run_import(upload.pk)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # The file has 5.2 MB; a batch of 1,000 rows and the identities of all are held at once.
    assert peak < 12_000_000
    assert Row.objects.count() == 10_000


def test_files_nobody_came_back_for_are_removed(bring: Bring, data_folder: Path) -> None:
    old = data_folder / "uploads" / "forgotten"
    old.parent.mkdir()
    old.write_bytes(b"x")
    long_ago = timezone.now().timestamp() - 8 * 24 * 3600
    os.utime(old, (long_ago, long_ago))
    upload = bring()

    assert [path.name for path in old.parent.iterdir()] == [upload.stored_name]


@pytest.mark.parametrize("is_importing", [True, False])
def test_a_file_stays_as_long_as_its_import_runs(
    bring: Bring, data_folder: Path, is_importing: bool
) -> None:
    upload = start(bring, SHOP) if is_importing else bring(SHOP)
    path = stored_files.path_of(upload)
    long_ago = timezone.now().timestamp() - 8 * 24 * 3600
    os.utime(path, (long_ago, long_ago))

    stored_files.delete_old()

    assert path.exists() is is_importing


@pytest.mark.parametrize("breaks_off", ["first", "second"])
def test_a_check_that_breaks_off_gives_no_part_of_the_rows_back(
    client_alice: Client, bring: Bring, settings: Settings, breaks_off: str
) -> None:
    settings.UPLOAD_LIMITS = replace(settings.UPLOAD_LIMITS, cell_chars=100)
    refusal = FileRefused("too_slow", "It takes too long.", hint="Bring it in parts.")
    broken = b"too long" * 20 if breaks_off == "first" else b"b"
    content = b"question,answer\na,b\na,b,c,d\na,b,c\na," + broken + b"\n"

    with ExitStack() as stack:
        if breaks_off == "second":
            add, calls = Outcome.add, iter(range(2))

            def add_or_refuse(outcome: Outcome, taken: Taken) -> None:
                if next(calls, None) is None:
                    raise refusal
                add(outcome, taken)

            stack.enter_context(patch.object(Outcome, "add", add_or_refuse))
        upload = bring(content)

    page = client_alice.get(reverse("import-check", args=[upload.pk])).content.decode()
    assert upload.state == Upload.State.REFUSED
    assert "Get the rows that do not fit" not in page
    assert not stored_files.refused_rows_of(upload).exists()
    assert client_alice.get(reverse("import-refused", args=[upload.pk])).status_code == 404
