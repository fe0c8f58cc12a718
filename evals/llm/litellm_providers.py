"""Which of litellm's providers can be asked under our guard, and how.

litellm takes a client per call, but not every provider's code uses it: some make
their own, or ask other addresses on the way (tokenizers, credentials, local
services). Listed here are those whose every request was seen to go through our
client; a test repeats that for each of them. The others are refused, with an
address that speaks OpenAI's API where the provider has one.
"""

from collections.abc import Mapping

# These use the AsyncHTTPHandler that is handed in.
THROUGH_HTTP = frozenset(
    {
        "anthropic",
        "azure_ai",
        "bedrock_mantle",
        "cometapi",
        "compactifai",
        "databricks",
        "deepseek",
        "edenai",
        "fireworks_ai",
        "gemini",
        "groq",
        "heroku",
        "hosted_vllm",
        "minimax",
        "mistral",
        "openrouter",
        "ovhcloud",
        "snowflake",
        "together_ai",
        "xai",
    }
)

# These use the openai SDK's client that is handed in, with its base URL.
THROUGH_SDK = frozenset(
    {
        "ai21",
        "ai21_chat",
        "aiml",
        "apertis",
        "assemblyai",
        "baseten",
        "cerebras",
        "chutes",
        "codestral",
        "custom_openai",
        "dashscope",
        "deepinfra",
        "empower",
        "featherless_ai",
        "friendliai",
        "galadriel",
        "github",
        "helicone",
        "hyperbolic",
        "inception",
        "lambda_ai",
        "meta_llama",
        "modelscope",
        "moonshot",
        "morph",
        "nano-gpt",
        "nebius",
        "neosantara",
        "novita",
        "nscale",
        "nvidia_nim",
        "openai",
        "parasail",
        "perplexity",
        "poe",
        "publicai",
        "sambanova",
        "scaleway",
        "synthetic",
        "v0",
        "vercel_ai_gateway",
        "volcengine",
        "wandb",
        "zai",
    }
)

# What to enter as OpenAI-compatible URL instead.
INSTEAD: Mapping[str, str] = {
    "azure": "https://RESOURCE.openai.azure.com/openai/v1",
    "bedrock": "https://bedrock-runtime.REGION.amazonaws.com/openai/v1",
    "cloudflare": "https://api.cloudflare.com/client/v4/accounts/ACCOUNT/ai/v1",
    "cohere": "https://api.cohere.ai/compatibility/v1",
    "cohere_chat": "https://api.cohere.ai/compatibility/v1",
    "huggingface": "https://router.huggingface.co/v1",
    "lm_studio": "http://localhost:1234/v1",
    "llamafile": "http://localhost:8080/v1",
    "ollama": "http://localhost:11434/v1",
    "ollama_chat": "http://localhost:11434/v1",
}
