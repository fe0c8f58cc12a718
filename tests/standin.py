"""A stand-in for a model provider: OpenAI's API on loopback, with every misbehaviour we know.

In a test: `with StandIn() as standin: standin.url("429_short")`. From a shell:
`python -m tests.standin --port 8901`; GET /stats there counts the calls.

The base URL's first part chooses the behaviour: http://127.0.0.1:PORT/v1 behaves
well, http://127.0.0.1:PORT/redirect/v1 redirects, and so on through `BEHAVIOURS`.
An answer depends on the prompt alone: the directive [[reply:TEXT]] in it, else the
sentence most like the question. [[delay:MS]] waits, [[status:CODE]] fails.
"""

import argparse
import asyncio
import gzip
import json
import re
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from time import time
from types import TracebackType

from aiohttp import web

from evals.llm.extractive import by_likeness, split_question

DIRECTIVE = re.compile(r"\[\[(reply|delay|status):(.*?)\]\]", re.S)
MODELS = ("standin-small", "standin-large")
HUGE = 300 * 1024 * 1024
CHUNK = b" " * 65_536

Behaviour = Callable[["StandIn", web.Request, dict[str, object]], Awaitable[web.StreamResponse]]


class StandIn:
    """The server in a thread of its own, on a free port unless told otherwise."""

    def __init__(self, *, port: int = 0, api_key: str = "", latency_ms: float = 0) -> None:
        self.port = port
        self.api_key = api_key
        self.latency_ms = latency_ms
        self.redirect_to = "http://127.0.0.1:9/"
        self.calls = 0
        self.bodies: list[dict[str, object]] = []
        self.prompts: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._started = threading.Event()

    def __enter__(self) -> "StandIn":
        self._thread.start()
        if not self._started.wait(10):
            raise RuntimeError("The stand-in server did not start.")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def host_port(self) -> str:
        """The entry for the list of allowed addresses."""
        return f"127.0.0.1:{self.port}"

    def url(self, behaviour: str = "ok") -> str:
        """The base URL that behaves in this way."""
        return f"http://{self.host_port}/{behaviour}/v1"

    def reset(self) -> None:
        """Forget the calls counted so far."""
        self.calls = 0
        self.bodies.clear()
        self.prompts.clear()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=0.1)
        self._loop.run_until_complete(runner.setup())
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        self._loop.run_until_complete(site.start())
        self.port = runner.addresses[0][1]
        self._started.set()
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._end(runner))
            self._loop.close()

    async def _end(self, runner: web.AppRunner) -> None:
        pending = asyncio.all_tasks() - {asyncio.current_task()}
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        await runner.cleanup()

    def application(self) -> web.Application:
        """The web application, with and without a behaviour in its paths."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/stats", self._stats)
        for start in ("", "/{behaviour}"):
            app.router.add_get(start + "/v1/models", self._models)
            app.router.add_post(start + "/v1/chat/completions", self._chat)
            app.router.add_post(start + "/v1/messages", self._messages)
        return app

    async def _stats(self, request: web.Request) -> web.Response:
        return web.json_response({"calls": self.calls})

    async def _models(self, request: web.Request) -> web.StreamResponse:
        behaviour = request.match_info.get("behaviour", "ok")
        if behaviour != "ok":
            return await self._misbehave(behaviour, request, {"messages": []})
        data = [{"id": name, "object": "model", "owned_by": "standin"} for name in MODELS]
        return web.json_response({"object": "list", "data": data})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, chat_answer)

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, anthropic_answer)

    async def _answer(
        self, request: web.Request, shape: Callable[[str, str], dict[str, object]]
    ) -> web.StreamResponse:
        body = json.loads(await request.read())
        prompt = prompt_of(body)
        self.calls += 1
        self.prompts[prompt] += 1
        if len(self.bodies) < 1_000:
            self.bodies.append(body)
        if self.api_key and self.api_key not in request.headers.get("Authorization", ""):
            return error(401, "Incorrect API key provided.")
        behaviour = request.match_info.get("behaviour", "ok")
        if behaviour != "ok":
            return await self._misbehave(behaviour, request, body)
        directives = dict(DIRECTIVE.findall(prompt))
        await asyncio.sleep(float(directives.get("delay", self.latency_ms)) / 1000)
        if "status" in directives:
            return error(int(directives["status"]), "As asked for.")
        text = directives.get("reply") or reply_to(DIRECTIVE.sub("", prompt))
        return web.json_response(shape(text, prompt))

    async def _misbehave(
        self, behaviour: str, request: web.Request, body: dict[str, object]
    ) -> web.StreamResponse:
        if behaviour not in BEHAVIOURS:
            return error(404, f"The stand-in knows no behaviour {behaviour!r}.")
        try:
            return await BEHAVIOURS[behaviour](self, request, body)
        except ConnectionError:
            # The client had enough, as it should; there is nobody to answer.
            return web.Response(status=499)


def prompt_of(body: dict[str, object]) -> str:
    """The last message's text."""
    messages = body.get("messages")
    content = messages[-1]["content"] if isinstance(messages, list) and messages else ""
    if isinstance(content, list):
        return " ".join(str(part.get("text", "")) for part in content)
    return str(content)


def reply_to(prompt: str) -> str:
    """The sentence of the prompt most like its question; the question when there is none."""
    question, others = split_question(prompt)
    return next(iter(by_likeness(question, others)), question or "Nothing was asked.")


def chat_answer(text: object, prompt: str = "") -> dict[str, object]:
    """An answer as OpenAI's chat API gives it; tokens are words."""
    tokens_in, tokens_out = len(prompt.split()), len(str(text or "").split())
    return {
        "id": "chatcmpl-standin",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "standin-small",
        "service_tier": "default",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": text},
            }
        ],
        "usage": {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
        },
    }


def anthropic_answer(text: str, prompt: str) -> dict[str, object]:
    """An answer as Anthropic's messages API gives it."""
    return {
        "id": "msg_standin",
        "type": "message",
        "role": "assistant",
        "model": "standin-small",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": len(prompt.split()), "output_tokens": len(text.split())},
    }


def error(status: int, message: str, *, param: str = "", **headers: str) -> web.Response:
    """A refusal in OpenAI's format; `_` in header names stands for "-"."""
    content = {"message": message, "type": "standin_error", "param": param or None, "code": None}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.json_response({"error": content}, status=status, headers=named)


def refuses(status: int, message: str, **headers: str) -> Behaviour:
    """A behaviour that always answers with the same refusal."""

    async def refuse(server: StandIn, request: web.Request, body: object) -> web.Response:
        return error(status, message, **headers)

    return refuse


def sends(content: bytes, content_type: str = "application/json", **headers: str) -> Behaviour:
    """A behaviour that answers 200 with the same bytes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def send(server: StandIn, request: web.Request, body: object) -> web.Response:
        return web.Response(body=content, content_type=content_type, headers=named)

    return send


def says(text: object) -> Behaviour:
    """A behaviour that answers with `text` whatever is asked."""
    return sends(json.dumps(chat_answer(text)).encode())


async def echo_key(server: StandIn, request: web.Request, body: object) -> web.Response:
    said = request.headers.get("Authorization") or request.headers.get("x-api-key", "")
    return error(401, f"Incorrect API key provided: {said}")


async def date_429(server: StandIn, request: web.Request, body: object) -> web.Response:
    return error(429, "Too many requests.", Retry_After=formatdate(time() + 30, usegmt=True))


async def once_500(
    server: StandIn, request: web.Request, body: dict[str, object]
) -> web.StreamResponse:
    prompt = prompt_of(body)
    if server.prompts[prompt] == 1:
        return error(500, "The server had an error.")
    return web.json_response(chat_answer(reply_to(prompt), prompt))


async def hang(server: StandIn, request: web.Request, body: object) -> web.Response:
    await asyncio.sleep(60)
    return error(500, "Nobody waits for this.")


async def drip(server: StandIn, request: web.Request, body: object) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for byte in json.dumps(chat_answer("A very slow answer.")).encode():
        await response.write(bytes([byte]))
        await asyncio.sleep(0.1)
    return response


async def cut(server: StandIn, request: web.Request, body: object) -> web.StreamResponse:
    response = web.StreamResponse(
        headers={"Content-Type": "application/json", "Content-Length": "1000"}
    )
    await response.prepare(request)
    await response.write(b'{"choices": [')
    if request.transport is not None:
        request.transport.close()
    return response


async def huge(server: StandIn, request: web.Request, body: object) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for _ in range(HUGE // len(CHUNK)):
        await response.write(CHUNK)
    return response


async def redirect(server: StandIn, request: web.Request, body: object) -> web.Response:
    return web.Response(status=307, headers={"Location": server.redirect_to})


async def refuse_temperature(
    server: StandIn, request: web.Request, body: dict[str, object]
) -> web.Response:
    if "temperature" in body:
        return error(400, "Unsupported value: 'temperature' is not supported.", param="temperature")
    return web.json_response(chat_answer(reply_to(prompt_of(body)), prompt_of(body)))


async def new_parameters(
    server: StandIn, request: web.Request, body: dict[str, object]
) -> web.Response:
    if "max_tokens" in body:
        said = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        return error(400, said, param="max_tokens")
    return await refuse_temperature(server, request, body)


BEHAVIOURS: dict[str, Behaviour] = {
    "401": refuses(401, "Incorrect API key provided."),
    "401_echo": echo_key,
    "403": refuses(403, "Your account may not use this model."),
    "404": refuses(404, "The model does not exist."),
    "400_context": refuses(400, "This model's maximum context length is 4096 tokens."),
    "400_temperature": refuse_temperature,
    "400_new_parameters": new_parameters,
    "429_short": refuses(429, "Too many requests.", Retry_After="1"),
    "429_long": refuses(429, "Too many requests.", Retry_After="3600"),
    "429_date": date_429,
    "500_once": once_500,
    "500": refuses(500, "The server had an error."),
    "503_loading": refuses(503, "Loading model"),
    "hang": hang,
    "drip": drip,
    "cut": cut,
    "huge": huge,
    "gzip": sends(gzip.compress(b" " * 64 * 1024 * 1024), Content_Encoding="gzip"),
    "redirect": redirect,
    "html": sends(b"<!doctype html><title>Welcome</title>", "text/html"),
    "empty": sends(b""),
    "no_choices": sends(json.dumps({**chat_answer(""), "choices": []}).encode()),
    "null": says(None),
    "empty_text": says(""),
    "nul": says("a\ud800b\0c"),
    "deep": sends(b"[" * 100_000),
    "error_in_200": sends(b'{"error": {"message": "No credits left.", "code": 402}}'),
}


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A stand-in for a model provider.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--api-key", default="")
    parser.add_argument("--latency-ms", type=float, default=0)
    arguments = parser.parse_args()
    with StandIn(**vars(arguments)) as standin:
        print(f"http://{standin.host_port}/v1", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
