import subprocess
import sys
from decimal import Decimal

import pytest

from evals.llm import pricing
from evals.llm.pricing import Price, price


@pytest.mark.parametrize(
    ("model_id", "provider"),
    [("gpt-4o-mini", None), ("openai/gpt-4o-mini", None), ("gpt-4o-mini", "openai")],
)
def test_it_finds_a_price_under_each_of_its_names(model_id: str, provider: str | None) -> None:
    assert price(model_id, provider) == Price(
        input_per_1m=Decimal("0.15"), output_per_1m=Decimal("0.6"), context_length=128_000
    )


@pytest.mark.parametrize(
    ("model_id", "provider"),
    [("my-own-model", None), ("gpt-4o-mini", "groq"), ("sample_spec", None), ("", None)],
)
def test_what_is_not_in_the_list_is_unknown_and_not_free(
    model_id: str, provider: str | None
) -> None:
    assert price(model_id, provider) == Price(
        input_per_1m=None, output_per_1m=None, context_length=None
    )


def test_it_does_not_import_litellm() -> None:
    program = (
        "import sys; from evals.llm.pricing import price; assert price('gpt-4o').input_per_1m; "
        "sys.exit('litellm' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_it_lists_models_that_chat_of_the_providers_asked_for() -> None:
    models = pricing.chat_models({"anthropic"})

    assert models == sorted(models)
    assert any(name.startswith("claude") for name in models)
    assert not any(name.startswith("gpt") for name in models)
