"""The flush: all or nothing, once, and only by the holder."""

import secrets
from collections.abc import Callable

import pytest
from django.db import OperationalError

from evals.engine import answers, claiming, score_store, shards, writer
from evals.engine.answers import AnswerRecord
from evals.engine.held import HeldShard
from evals.engine.writer import Fate, Flushed, Part
from evals.models import Answer, Block, Run, Shard
from tests.engine.conftest import MakeRun
from tests.engine.invariants import assert_invariants

Write = Callable[[list[Part]], Flushed]


def hold(owner: str = "me") -> HeldShard:
    claimed = claiming.claim_next(owner, set(), set(), {}, set())
    assert claimed is not None
    return claimed.shard


def answer(shard: HeldShard, position: int, **changes: object) -> AnswerRecord:
    fields = {
        "status": Answer.Status.OK,
        "text": f"Tent {position + 1} weighs {position + 1} grams.",
        "cost_nano": 7,
        "latency_ms": 12.5,
        **changes,
    }
    return AnswerRecord(
        run_id=shard.run_id,
        variant=shard.lease.variant,
        position=position,
        rep=0,
        **fields,  # type: ignore[arg-type]  # fields of an answer
    )


def all_answers(shard: HeldShard) -> list[AnswerRecord]:
    records = [answer(shard, cell.position) for cell in shard.todo]
    shard.todo.clear()
    return records


def flush(shard: HeldShard, records: list[AnswerRecord], **ending: bool) -> Fate:
    part = Part(shard=shard, records=records, **ending)
    return writer.flush([part]).fates[shard.id]


def test_it_stores_answers_scores_and_counters_together(make_run: MakeRun) -> None:
    run = make_run(rows=4, variants=1)
    shard = hold()

    assert flush(shard, all_answers(shard), is_complete=True) is Fate.DONE

    assert_invariants(run)
    assert (run.state, run.n_ok, run.spent_nano) == (Run.State.DONE, 4, 28)


def test_it_keeps_the_shard_while_cells_are_missing(make_run: MakeRun) -> None:
    run = make_run(rows=4, variants=1)
    shard = hold()

    assert flush(shard, [answer(shard, 0)]) is Fate.HELD

    assert_invariants(run)
    assert (run.state, run.n_ok, run.open_shards) == (Run.State.RUNNING, 1, 1)


def test_an_error_answer_is_counted_and_not_scored(make_run: MakeRun) -> None:
    run = make_run(rows=4, variants=1)
    shard = hold()
    failed = answer(shard, 0, status=Answer.Status.ERROR, text="", error_class="auth", cost_nano=0)

    flush(shard, [failed, *all_answers(shard)[1:]], is_complete=True)

    assert_invariants(run)
    assert (run.n_ok, run.n_error) == (3, 1)


def test_an_unknown_price_is_counted_and_not_zero(make_run: MakeRun) -> None:
    run = make_run(rows=4, variants=1)
    shard = hold()

    flush(shard, [answer(shard, 0, cost_nano=None)])

    run.refresh_from_db()
    assert (run.spent_nano, run.unpriced) == (0, 1)
    assert Answer.objects.get().cost_nano is None


def test_the_old_holder_changes_no_row(make_run: MakeRun) -> None:
    run = make_run(rows=4, variants=1)
    old = hold("old")
    Shard.objects.update(lease_until=0)
    shards.expire([])
    hold("new")
    before = Run.objects.values().get(id=run.id)

    assert flush(old, all_answers(old), is_complete=True) is Fate.LOST

    assert Run.objects.values().get(id=run.id) == before
    assert not Answer.objects.exists()
    assert not Block.objects.exists()


def lose_the_reply(monkeypatch: pytest.MonkeyPatch, times: int = 1) -> list[int]:
    """The next writes are committed, but their replies never come back."""
    original, tries = writer._write, []

    def write(parts: list[Part]) -> Flushed:
        tries.append(len(parts))
        flushed = original(parts)
        if len(tries) <= times:
            raise OperationalError("the connection was cut")
        return flushed

    monkeypatch.setattr(writer, "_write", write)
    return tries


def test_a_lost_acknowledgement_books_nothing_twice(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(rows=4, variants=1)
    shard = hold()
    tries = lose_the_reply(monkeypatch)

    assert flush(shard, [answer(shard, 0), answer(shard, 1)]) is Fate.HELD
    assert flush(shard, [answer(shard, 2), answer(shard, 3)], is_complete=True) is Fate.DONE

    assert len(tries) == 3
    assert_invariants(run)
    assert (run.n_ok, run.spent_nano) == (4, 28)


def test_a_lost_acknowledgement_of_the_last_flush_is_known_as_done(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(rows=4, variants=1)
    shard = hold()
    lose_the_reply(monkeypatch)

    assert flush(shard, all_answers(shard), is_complete=True) is Fate.DONE
    assert_invariants(run)


def test_it_retries_while_the_database_is_away(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(rows=4, variants=1)
    shard = hold()
    original, tries = answers.insert, []

    def insert(records: list[AnswerRecord]) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("database is locked")
        original(records)

    monkeypatch.setattr(answers, "insert", insert)

    assert flush(shard, all_answers(shard), is_complete=True) is Fate.DONE
    assert len(tries) == 3
    assert_invariants(run)


def test_it_finishes_no_shard_that_has_holes(make_run: MakeRun) -> None:
    run = make_run(rows=4, variants=1)
    shard = hold()
    flush(shard, [answer(shard, 0)])
    Answer.objects.all().delete()
    Run.objects.update(n_ok=0, spent_nano=0)
    rest = [answer(shard, position) for position in (1, 2, 3)]

    assert flush(shard, rest, is_complete=True) is Fate.READY

    run.refresh_from_db()
    assert (run.state, run.open_shards) == (Run.State.RUNNING, 1)


def test_it_gives_a_shard_back_with_what_is_stored(make_run: MakeRun) -> None:
    run = make_run(rows=4, variants=1)
    shard = hold()

    assert flush(shard, [answer(shard, 0)], is_release=True) is Fate.READY

    assert_invariants(run)
    assert [cell.position for cell in hold().todo] == [1, 2, 3]


def test_it_drops_the_shard_of_a_cancelled_run(make_run: MakeRun) -> None:
    run = make_run(rows=4, variants=1)
    shard = hold()
    Run.objects.update(state=Run.State.CANCELLED)

    assert flush(shard, [answer(shard, 0)], is_release=True) is Fate.DROPPED

    assert_invariants(run)
    assert (run.open_shards, run.n_ok) == (0, 1)


def test_what_was_stored_without_a_score_is_scored_from_its_text(make_run: MakeRun) -> None:
    run = make_run(rows=4, variants=1)
    shard = hold()
    flush(shard, [answer(shard, 0)])
    flush(shard, [answer(shard, position) for position in (1, 2)])
    Block.objects.all().delete()
    Shard.objects.update(lease_until=0)
    shards.expire([])

    again = hold("new")

    assert [record.position for record in again.unscored] == [0, 1, 2]
    assert flush(again, all_answers(again), is_complete=True) is Fate.DONE
    assert_invariants(run)


def test_it_gives_up_a_batch_that_collides_with_stored_answers(make_run: MakeRun) -> None:
    run = make_run(rows=4, variants=1)
    shard = hold()
    flush(shard, [answer(shard, 0)])

    assert flush(shard, [answer(shard, 0), answer(shard, 1)]) is Fate.LOST

    run.refresh_from_db()
    assert (run.n_ok, Answer.objects.count()) == (1, 1)


def test_a_block_is_rewritten_only_when_a_quarter_has_changed(make_run: MakeRun) -> None:
    make_run(rows=64, variants=1)
    shard = hold()
    flush(shard, [answer(shard, 0), answer(shard, 1)])
    first = Block.objects.get(slot="").version
    flush(shard, [answer(shard, 2)])

    assert shard.lease.n == 8
    assert Block.objects.get(slot="").version == first


def test_a_token_of_an_earlier_lease_is_no_proof(make_run: MakeRun) -> None:
    make_run(rows=4, variants=1)
    shard = hold()
    Shard.objects.update(token=secrets.token_hex(16))

    assert flush(shard, all_answers(shard), is_complete=True) is Fate.LOST


def test_kpis_whose_code_is_gone_stay_missing(make_run: MakeRun) -> None:
    from evals.models import RunKpi

    run = make_run(rows=4, variants=1)
    RunKpi.objects.filter(slot="token_f1").update(code_hash="of another release")
    shard = hold()

    assert flush(shard, all_answers(shard), is_complete=True) is Fate.DONE

    run.refresh_from_db()
    matrix = score_store.matrix(run)
    states = matrix.states[0, matrix.slots.index("token_f1")]
    assert not states.any()
    assert matrix.states[0, matrix.slots.index("exact_match")].all()
    assert_invariants(run)
