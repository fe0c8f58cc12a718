"""Prices of models, from the list that litellm ships. litellm itself is not imported."""

import importlib.util
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from evals.domain.costs import MILLION

PRICE_LIST = "model_prices_and_context_window_backup.json"
# An entry of the list that explains the others.
EXAMPLE = "sample_spec"


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """US dollars per million tokens, and the longest prompt in tokens; None is unknown."""

    input_per_1m: Decimal | None = None
    output_per_1m: Decimal | None = None
    context_length: int | None = None


UNKNOWN = Price()


def price(model_id: str, provider: str | None = None) -> Price:
    """The price of `model_id`, as litellm names it or as its provider does.

    "gpt-4o", "openai/gpt-4o" and ("gpt-4o", "openai") are the same. An id that is
    not in the list gives a price of which everything is unknown.
    """
    prices = _price_list()
    for name, owner in _spellings(model_id, provider):
        entry = prices.get(name)
        if entry is not None and (owner is None or _is_of(entry, owner)):
            return Price(
                input_per_1m=_per_1m(entry.get("input_cost_per_token")),
                output_per_1m=_per_1m(entry.get("output_cost_per_token")),
                context_length=_whole(entry.get("max_input_tokens") or entry.get("max_tokens")),
            )
    return UNKNOWN


def chat_models(providers: Collection[str]) -> list[str]:
    """The ids in the list of models that chat and belong to one of `providers`, sorted."""
    return sorted(
        name
        for name, entry in _price_list().items()
        if entry.get("mode") == "chat" and entry.get("litellm_provider") in providers
    )


def _spellings(model_id: str, provider: str | None) -> Iterator[tuple[str, str | None]]:
    """Names to look for, each with the provider that it must belong to."""
    if provider:
        yield f"{provider}/{model_id}", None
    yield model_id, provider
    prefix, _, rest = model_id.partition("/")
    if rest:
        yield rest, prefix


def _is_of(entry: Mapping[str, Any], provider: str) -> bool:
    owner = str(entry.get("litellm_provider", ""))
    return owner == provider or owner.startswith(f"{provider}-")


@cache
def _price_list() -> Mapping[str, Mapping[str, Any]]:
    spec = importlib.util.find_spec("litellm")
    folders = (spec.submodule_search_locations or []) if spec else []
    files = [file for folder in folders if (file := Path(folder) / PRICE_LIST).is_file()]
    if not files:
        return {}
    # Decimal from the start: prices are written in decimals and shall stay exact.
    entries: dict[str, Mapping[str, Any]] = json.loads(files[0].read_bytes(), parse_float=Decimal)
    entries.pop(EXAMPLE, None)
    return entries


def _per_1m(per_token: object) -> Decimal | None:
    if not isinstance(per_token, Decimal | int) or isinstance(per_token, bool) or per_token < 0:
        return None
    return Decimal(per_token * MILLION).normalize() + 0


def _whole(number: object) -> int | None:
    return number if isinstance(number, int) and not isinstance(number, bool) else None
