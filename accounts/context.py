"""What every page's shell needs."""

from django.http import HttpRequest

THEMES = ("light", "dark")
# What makes another login link, run where Evalground is installed.
LOGIN_LINK_COMMAND = ".venv/bin/python manage.py login_link"


def shell(request: HttpRequest) -> dict[str, object]:
    """The chosen theme ("light", "dark", "" to follow the system); how to get a login link."""
    theme = request.COOKIES.get("theme", "")
    return {
        "theme": theme if theme in THEMES else "",
        "login_link_command": LOGIN_LINK_COMMAND,
    }
