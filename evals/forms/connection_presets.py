"""Starting points of a new connection, local servers and our own models among them."""

from dataclasses import dataclass, field
from typing import Any

from evals.models import Connection

Kind = Connection.Kind


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A starting point of a new connection."""

    key: str
    kind: str
    title: str
    text: str
    initial: dict[str, Any] = field(default_factory=dict)


PRESETS: tuple[Preset, ...] = (
    Preset(
        key="openai",
        kind=Kind.OPENAI,
        title="OpenAI",
        text="api.openai.com, with your key",
        initial={"base_url": "https://api.openai.com/v1", "model_ids": "gpt-4.1-mini"},
    ),
    Preset(
        key="ollama",
        kind=Kind.OPENAI,
        title="Ollama",
        text="Models on this machine",
        initial={"base_url": "http://127.0.0.1:11434/v1", "concurrency": 2},
    ),
    Preset(
        key="vllm",
        kind=Kind.OPENAI,
        title="vLLM",
        text="Your own model server",
        initial={"base_url": "http://127.0.0.1:8000/v1"},
    ),
    Preset(
        key="lmstudio",
        kind=Kind.OPENAI,
        title="LM Studio",
        text="Models on this machine",
        initial={"base_url": "http://127.0.0.1:1234/v1", "concurrency": 2},
    ),
    Preset(
        key="address",
        kind=Kind.OPENAI,
        title="OpenAI-compatible address",
        text="Any server that speaks OpenAI’s chat API",
        initial={"name": ""},
    ),
    Preset(
        key="litellm",
        kind=Kind.LITELLM,
        title="Other provider",
        text="Anthropic, Gemini, Mistral, Groq, … through LiteLLM",
        initial={"name": ""},
    ),
    Preset(
        key="embedded",
        kind=Kind.EMBEDDED,
        title="Embedded model",
        text="SmolLM2-135M-Instruct on this machine. No key, no network",
        initial={"concurrency": 2},
    ),
    Preset(
        key="simulated",
        kind=Kind.SIMULATED,
        title="Simulated",
        text="No model: invented answers, to try out large runs",
        initial={"model_ids": "simulated-1", "concurrency": 32},
    ),
)
