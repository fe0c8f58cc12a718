"""App configuration."""

from django.apps import AppConfig


class EvalsConfig(AppConfig):
    name = "evals"

    def ready(self) -> None:
        """Listen to what happens in playgrounds."""
        # Django wants no models before this.
        import evals.receivers  # noqa: F401
