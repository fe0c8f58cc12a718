"""The chat format of OpenAI's API, which most model servers speak: request out, answer in."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping

from evals.llm.base import Completion, Request
from evals.llm.errors import BadRequestError, BadResponseError, ModelError
from evals.llm.guarded_http import Reply
from evals.llm.http_errors import error_for
from evals.llm.redaction import excerpt

ENCODER = json.JSONEncoder(separators=(",", ":"))
MOST_TOKENS = 2**53
ADAPTABLE = ("max_tokens", "temperature", "seed")
# A value out of range or a prompt too long also name a parameter, and need other answers.
REFUSAL = re.compile(
    r"unsupported|not support|unknown|unrecognized|unexpected|not permitted|not allowed"
    r"|extra_forbidden|extra inputs|only the default",
    re.I,
)


class Dialect:
    """What the models of one endpoint have refused so far, and how to say it instead.

    Some models take no `temperature` or `seed`, or want `max_tokens` under its
    newer name. They say so in a 400; the next call to the same model says it right.
    """

    def __init__(self) -> None:
        self._refused: dict[str, frozenset[str]] = {}

    def parameters(self, request: Request) -> dict[str, object]:
        """The request in OpenAI's words, without what the model refuses."""
        refused = self._refused.get(request.model, frozenset())
        limit = "max_completion_tokens" if "max_tokens" in refused else "max_tokens"
        wanted: dict[str, object] = {
            "temperature": request.temperature,
            "seed": request.seed,
            limit: request.max_tokens,
        }
        return {
            "model": request.model,
            "messages": [{"role": m.role, "content": m.content} for m in request.messages],
            **{k: v for k, v in wanted.items() if v is not None and k not in refused},
        }

    async def adapt(
        self, request: Request, send: Callable[[dict[str, object]], Awaitable[Completion]]
    ) -> Completion:
        """What `send` returns for the parameters, said again as long as one is refused.

        Each can be refused once, so there are at most four tries, and one in all
        later calls to the same model.
        """
        while True:
            sent = self.parameters(request)
            try:
                return await send(sent)
            except BadRequestError as error:
                if not self._learns_from(error, request.model, sent):
                    raise

    def _learns_from(self, error: BadRequestError, model: str, sent: dict[str, object]) -> bool:
        if not REFUSAL.search(error.message):
            return False
        # By what was sent, not by what is known: calls side by side learn the same thing.
        named = [n for n in ADAPTABLE if n in sent and _is_named(n, error.message)]
        self._refused[model] = self._refused.get(model, frozenset()).union(named[:1])
        return bool(named)


def encode(parameters: Mapping[str, object]) -> bytes:
    """JSON in ASCII, so that texts with lone surrogates can be sent too."""
    return ENCODER.encode(parameters).encode()


def completion_from(reply: Reply, secrets: tuple[str, ...] = ()) -> Completion:
    """The answer in a reply of status 200.

    Content that is null or "" is an empty answer, which is an answer.

    Raises BadResponseError when the reply does not hold exactly what a chat
    answer must hold, and the fitting ModelError when it holds an error.
    """
    content = read_json(reply, secrets)
    if not isinstance(content, dict):
        raise _bad("The answer is JSON, but not a chat answer.")
    choice = _choice(content)
    message = choice.get("message")
    if not isinstance(message, dict):
        raise _bad("The answer holds a choice without a message.")
    usage = content.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    finish_reason = choice.get("finish_reason")
    return Completion(
        text=clean(_text(message)),
        tokens_in=_tokens(usage.get("prompt_tokens")),
        tokens_out=_tokens(usage.get("completion_tokens")),
        latency_ms=reply.latency_ms,
        finish_reason=clean(finish_reason)[:40] if isinstance(finish_reason, str) else None,
    )


def read_json(reply: Reply, secrets: tuple[str, ...] = ()) -> object:
    """What the reply holds.

    Raises BadResponseError, in plain words, when it is not JSON, and the fitting
    ModelError when it is an error: some gateways answer those with 200.
    """
    try:
        content = json.loads(reply.body)
    except (ValueError, RecursionError) as exc:
        raise _bad(_not_json(reply), billed_maybe=False) from exc
    if isinstance(content, dict) and content.get("error"):
        raise _error_inside(content["error"], reply, secrets)
    return content


def clean(text: str) -> str:
    """`text` without NUL and with lone surrogates replaced, so that every database takes it."""
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _choice(content: dict[str, object]) -> dict[str, object]:
    choices = content.get("choices")
    if not isinstance(choices, list):
        raise _bad("The answer has no choices, as a chat answer has.")
    if not choices or not isinstance(choices[0], dict):
        raise _bad("The answer has an empty list of choices.")
    return choices[0]


def _text(message: dict[str, object]) -> str:
    content = message.get("content")
    if content is None:
        # A model that declines puts its words here and leaves the content null.
        content = message.get("refusal") or ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    raise _bad("The answer's content is not text.")


def _tokens(count: object) -> int | None:
    if isinstance(count, int) and not isinstance(count, bool) and 0 <= count < MOST_TOKENS:
        return count
    return None


def _error_inside(error: object, reply: Reply, secrets: tuple[str, ...]) -> ModelError:
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, int) and 400 <= code < 600:
        return error_for(code, reply.headers, reply.body, secrets)
    said = error.get("message") if isinstance(error, dict) else error
    return _bad(f"The provider answered with an error: {excerpt(str(said), secrets)}")


def _not_json(reply: Reply) -> str:
    if not reply.body.strip():
        return "The address answered with nothing at all."
    if reply.body.lstrip()[:1] == b"<":
        return "The address answered with a web page (HTML) instead of JSON."
    return "The answer is not JSON."


def _is_named(name: str, message: str) -> bool:
    # Word borders keep max_tokens apart from max_tokens_to_sample.
    start = message.find(name)
    before, after = message[start - 1 : start], message[start + len(name) :][:1]
    return start >= 0 and not any(c.isalnum() or c == "_" for c in before + after)


def _bad(message: str, *, billed_maybe: bool = True) -> BadResponseError:
    return BadResponseError(message, billed_maybe=billed_maybe)
