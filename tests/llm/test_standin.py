"""The stand-in server on its own, as other processes use it."""

import json
import subprocess
import sys
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from tests.standin import StandIn


def post(base_url: str, prompt: str) -> str:
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": prompt}]}).encode()
    headers = {"Content-Type": "application/json"}
    with urlopen(Request(f"{base_url}/chat/completions", body, headers)) as response:
        text: str = json.load(response)["choices"][0]["message"]["content"]
    return text


def test_it_says_what_it_is_told_to_say(standin: StandIn) -> None:
    assert post(standin.url(), "Say it. [[reply:Exactly this.]]") == "Exactly this."
    assert (standin.calls, list(standin.prompts)) == (1, ["Say it. [[reply:Exactly this.]]"])


def test_it_runs_as_a_program_and_counts_its_calls() -> None:
    command = [sys.executable, "-m", "tests.standin", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        base_url = program.stdout.readline().strip()
        post(base_url, "How are you?")
        with urlopen(f"http://{urlsplit(base_url).netloc}/stats") as response:
            stats = json.load(response)
        program.terminate()

    assert stats == {"calls": 1}
