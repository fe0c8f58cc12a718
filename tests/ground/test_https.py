"""Behind HTTPS, cookies and headers are for HTTPS only."""

import json
import subprocess
import sys

import pytest

from tests.ground.conftest import ROOT, Ground

PROGRAM = """
import json, django
django.setup()
from django.test import Client
insecure = Client().get("/accounts/login/", headers={"host": "evals.example"})
secure = Client().get("/accounts/login/", headers={"host": "evals.example"}, secure=True)
health = Client().get("/healthz", headers={"host": "127.0.0.1:8000"})
cookie = next(iter(secure.cookies.values()))
print(json.dumps({
    "redirect": [insecure.status_code, insecure.get("Location")],
    "hsts": secure["Strict-Transport-Security"],
    "cookie": [cookie.key, bool(cookie["secure"]), cookie["path"], cookie["domain"]],
    "health": health.status_code,
}))
"""


@pytest.fixture
def answers(ground: Ground) -> dict[str, object]:
    """What a server answers that is set up for HTTPS under a public name."""
    ground.manage("prepare", "--no-sample")
    more = {"EVALGROUND_HTTPS": "yes", "EVALGROUND_ALLOWED_HOSTS": "evals.example"}
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**ground.variables, **more},
        capture_output=True,
        text=True,
        check=True,
    )
    said: dict[str, object] = json.loads(ended.stdout)
    return said


def test_behind_https_everything_is_for_https_only(answers: dict[str, object]) -> None:
    assert answers["redirect"] == [301, "https://evals.example/accounts/login/"]
    assert answers["hsts"] == "max-age=31536000; includeSubDomains"
    assert answers["cookie"] == ["__Host-evalground_csrf", True, "/", ""]
    assert answers["health"] == 200
