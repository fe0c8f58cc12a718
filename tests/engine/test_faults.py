"""What a provider can do to a run: every cell ends in an answer or an error with a name."""

import asyncio
import threading
import time
from collections.abc import Iterator
from unittest.mock import AsyncMock

import pytest
from aiohttp import web

from accounts.models import Workspace
from evals.domain.faults import fault
from evals.domain.matrix import ScoreState
from evals.engine import plan, score_store
from evals.llm.base import Completion
from evals.llm.errors import NotReadyError
from evals.models import Answer, Connection, ConnectionState, Run, Shard
from evals.services import connections, runs
from evals.services.connections import ConnectionDraft
from tests import standin as standin_module
from tests.engine import sample
from tests.engine.conftest import MakeRun
from tests.engine.installation import until
from tests.engine.invariants import assert_invariants
from tests.standin import StandIn, chat_answer, error


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn() as server:
        yield server


@pytest.fixture
def ask(home: Workspace, make_run: MakeRun, standin: StandIn) -> "Ask":
    return Ask(home, make_run, standin)


class Ask:
    """Runs a few rows against one behaviour of the stand-in server."""

    def __init__(self, home: Workspace, make_run: MakeRun, standin: StandIn) -> None:
        self._home, self._make_run, self._standin = home, make_run, standin

    def run(self, behaviour: str, rows: int = 4, **fields: int) -> Run:
        via = sample.connection(self._home, **fields)
        Connection.objects.filter(id=via.id).update(
            kind=Connection.Kind.OPENAI,
            base_url=self._standin.url(behaviour),
            allowed_host=self._standin.host_port,
        )
        via.refresh_from_db()
        return self._make_run(rows=rows, via=[via])

    def drained(self, behaviour: str, **fields: int) -> Run:
        run = self.run(behaviour, **fields)
        assert runs.drain_here(run.id, timeout_s=40)
        assert_invariants(run)
        return run


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        ("401_echo", "auth"),
        ("403", "forbidden"),
        ("404", "not_found"),
        ("400_context", "bad_request"),
        ("redirect", "bad_response"),
        ("html", "bad_response"),
        ("empty", "bad_response"),
        ("no_choices", "bad_response"),
        ("gzip", "bad_response"),
    ],
)
def test_what_will_not_get_better_is_asked_once(
    ask: Ask, standin: StandIn, behaviour: str, kind: str
) -> None:
    run = ask.drained(behaviour)

    found = Answer.objects.filter(run_id=run.id)
    assert (run.n_ok, run.n_error, standin.calls) == (0, 4, 4)
    assert set(found.values_list("error_class", flat=True)) == {kind}
    assert all(found.values_list("error_text", flat=True))


@pytest.mark.parametrize("behaviour", ["null", "empty_text", "nul", "400_temperature"])
def test_an_odd_answer_is_still_an_answer(ask: Ask, behaviour: str) -> None:
    run = ask.drained(behaviour)

    assert (run.n_ok, run.n_error) == (4, 0)


def test_a_passing_fault_is_tried_again(ask: Ask, standin: StandIn) -> None:
    run = ask.drained("500_once")

    assert (run.n_ok, run.n_error, standin.calls) == (4, 0, 8)
    assert set(Answer.objects.values_list("tries", flat=True)) == {2}


def test_a_hanging_call_ends_with_the_connections_time_out(ask: Ask) -> None:
    run = ask.drained("hang", timeout_s=1)

    assert run.n_error == 4
    assert set(Answer.objects.values_list("error_class", flat=True)) == {"timeout"}
    # Nobody knows what such a call has cost.
    assert (run.spent_nano, run.unpriced) == (0, 4)


def test_a_long_retry_after_pauses_the_connection_and_frees_its_shards(
    ask: Ask, standin: StandIn
) -> None:
    run = ask.run("429_long")

    assert not runs.drain_here(run.id, timeout_s=2)

    state = ConnectionState.objects.get()
    assert 3000 < state.paused_until - time.time() <= 3600
    assert "Too many requests" in state.reason
    assert set(Shard.objects.values_list("state", flat=True)) == {Shard.State.READY}
    assert (standin.calls <= 4, Answer.objects.count()) == (True, 0)
    assert_invariants(run)


@pytest.mark.parametrize("how", ["changed", "tested"])
def test_a_change_or_a_good_test_of_the_connection_ends_the_pause(
    home: Workspace, how: str
) -> None:
    via = sample.connection(home)
    ConnectionState.objects.create(connection_id=via.id, paused_until=time.time() + 600)

    if how == "tested":
        connections.check(connection=via, model_id="any")
    else:
        draft = ConnectionDraft(name="Renamed", kind=via.kind)
        connections.update(connection=via, draft=draft)

    assert ConnectionState.objects.get().paused_until == 0


def test_it_goes_on_when_the_pause_is_over(ask: Ask, standin: StandIn) -> None:
    run = ask.run("429_long")
    runs.drain_here(run.id, timeout_s=1)
    Connection.objects.exclude(base_url="").update(base_url=standin.url())
    ConnectionState.objects.update(paused_until=0)

    assert runs.drain_here(run.id, timeout_s=10)
    assert_invariants(run)


def test_a_short_retry_after_is_kept(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    called_at: list[float] = []

    async def once(server: StandIn, request: web.Request, body: object) -> web.Response:
        called_at.append(time.monotonic())
        if len(called_at) == 1:
            return error(429, "Too many requests.", Retry_After="1")
        return web.json_response(chat_answer("Tent 1 weighs 1 grams."))

    monkeypatch.setitem(standin_module.BEHAVIOURS, "429_once", once)
    run = ask.drained("429_once", rows=1)

    assert (run.n_ok, len(called_at)) == (1, 2)
    assert called_at[1] - called_at[0] >= 1


def test_a_model_that_is_being_loaded_is_waited_for(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[float] = []

    async def loads(server: StandIn, request: web.Request, body: object) -> web.Response:
        calls.append(time.monotonic())
        if calls[-1] - calls[0] < 0.8:
            return error(503, "Loading model")
        return web.json_response(chat_answer("Tent 1 weighs 1 grams."))

    monkeypatch.setattr("evals.engine.calls.PROBE_S", 0.4)
    monkeypatch.setitem(standin_module.BEHAVIOURS, "loads", loads)
    run = ask.drained("loads", rows=4)

    # Each of the four asks once, one of them probes now and then, then all are answered.
    assert (run.n_ok, run.n_error, len(calls) <= 4 + 4 + 3) == (4, 0, True)
    assert set(Answer.objects.values_list("tries", flat=True)) == {1}


def test_a_model_that_never_loads_is_an_error_with_a_name(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evals.engine.calls.LOADING_S", 0.3)
    monkeypatch.setattr("evals.engine.calls.PROBE_S", 0.1)

    run = ask.drained("503_loading")

    assert (run.n_ok, run.n_error) == (0, 4)
    assert set(Answer.objects.values_list("error_class", flat=True)) == {"not_ready"}


def test_a_deleted_connection_is_an_error_with_words(
    make_run: MakeRun, simulated: Connection
) -> None:
    run = make_run(rows=4, variants=1)
    simulated.delete()

    assert runs.drain_here(run.id, timeout_s=10)

    answer = Answer.objects.first()
    assert answer is not None
    assert (answer.error_class, "deleted" in answer.error_text) == ("connection", True)
    assert_invariants(run)


def test_a_key_that_cannot_be_read_is_an_error_with_words(
    make_run: MakeRun, simulated: Connection
) -> None:
    Connection.objects.filter(id=simulated.id).update(encrypted_key="not what was stored")
    run = make_run(rows=4, variants=1)

    assert runs.drain_here(run.id, timeout_s=10)
    assert set(Answer.objects.values_list("error_class", flat=True)) == {"connection"}
    assert_invariants(run)


def test_an_option_the_client_refuses_is_an_error_with_words(
    home: Workspace, make_run: MakeRun
) -> None:
    run = make_run(rows=4, via=[sample.connection(home, skill="high")])

    assert runs.drain_here(run.id, timeout_s=10)
    assert set(Answer.objects.values_list("error_class", flat=True)) == {"bad_request"}


def test_a_fault_of_the_client_is_an_error_of_that_cell(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("evals.llm.simulated.SimulatedClient.ask", break_down)
    run = make_run(rows=4, variants=1)

    assert runs.drain_here(run.id, timeout_s=10)
    assert set(Answer.objects.values_list("error_class", flat=True)) == {"unexpected"}
    assert "a bug" not in Answer.objects.values_list("error_text", flat=True)


def test_counts_and_words_no_database_takes_do_no_harm(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def odd(server: StandIn, request: web.Request, body: object) -> web.Response:
        answer = chat_answer("Tent 1 weighs 1 grams.")
        answer["usage"] = {"prompt_tokens": -1, "completion_tokens": 10**12}
        answer["choices"][0]["finish_reason"] = "\0" + "x" * 99  # type: ignore[index]  # a list
        return web.json_response(answer)

    monkeypatch.setitem(standin_module.BEHAVIOURS, "odd", odd)
    run = ask.drained("odd")

    assert (run.n_ok, run.n_error, run.unpriced) == (4, 0, 4)
    assert set(Answer.objects.values_list("tokens_in", "tokens_out")) == {(None, None)}


def test_a_kpi_that_breaks_down_does_not_cost_the_answer(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("evals.engine.scoring.row_fields", break_down)
    run = make_run(rows=4, variants=1)

    assert runs.drain_here(run.id, timeout_s=10)
    assert_invariants(run)
    assert set(score_store.matrix(run).states.flat) == {ScoreState.ERROR}


def test_what_is_logged_of_a_fault_has_no_words_of_it() -> None:
    try:
        raise KeyError("a prompt")
    except KeyError as error:
        logged = fault(error)

    assert logged["error"] == "KeyError"
    assert "a prompt" not in str(logged)


def test_a_shard_that_cannot_be_read_holds_up_no_other(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    broken, sound = make_run(rows=4, variants=1), make_run(rows=4, variants=1)
    original = plan.load

    def load(run_id: int) -> plan.RunPlan:
        if run_id == broken.id:
            raise IndexError("a prompt")
        return original(run_id)

    monkeypatch.setattr(plan, "load", load)

    assert runs.drain_here(sound.id, timeout_s=20)
    assert Shard.objects.get(run_id=broken.id).not_before > time.time()
    assert "a prompt" not in capfd.readouterr().err


def test_an_embedded_model_that_is_not_installed_is_told_at_once(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = NotReadyError("The embedded model is not installed.", retryable=False)
    monkeypatch.setattr(
        "evals.llm.openai_compatible.OpenAICompatibleClient.ask", AsyncMock(side_effect=missing)
    )
    started = time.monotonic()

    run = ask.drained("ok")

    assert (run.n_error, time.monotonic() - started < 30) == (4, True)
    assert set(Answer.objects.values_list("error_class", flat=True)) == {"not_ready"}


def test_the_time_a_model_takes_to_load_is_not_taken_from_its_answer(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[float] = []

    async def load_slowly(_: object, request: object, *, timeout_s: float) -> Completion:
        left.append(timeout_s)
        if len(left) < 4:
            await asyncio.sleep(0.2)
            raise NotReadyError("Still loading.")
        return Completion(
            text="5 g", tokens_in=1, tokens_out=1, latency_ms=1.0, finish_reason="stop"
        )

    monkeypatch.setattr("evals.engine.calls.PROBE_S", 0.01)
    monkeypatch.setattr("evals.llm.openai_compatible.OpenAICompatibleClient.ask", load_slowly)

    run = ask.drained("ok", timeout_s=1, rows=1)

    assert (run.n_ok, set(left)) == (1, {1.0})


def test_a_slow_model_does_not_hold_up_a_fast_one(home: Workspace, make_run: MakeRun) -> None:
    slow = sample.connection(home, concurrency=1, latency_ms=2_000)
    fast = sample.connection(home, concurrency=1)
    run = make_run(rows=40, via=[slow, fast])
    thread = threading.Thread(target=runs.drain_here, args=(run.id, 60))
    thread.start()

    until(lambda: Answer.objects.filter(variant=1).count() == 40)
    slow_ones = Answer.objects.filter(variant=0).count()
    runs.cancel_run(run.id)
    thread.join()
    assert slow_ones < 40
