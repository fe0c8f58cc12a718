"""What every page has, for people who listen to it or go through it by keyboard."""

import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from django.test import Client

from tests.access.addresses import path_of

PAGES = (
    *("home", "settings", "playground-new", "models", "connection-add", "connection-edit"),
    *("connection-models", "import-check", "data", "setup", "setup-variant-add"),
    *("setup-variant-edit", "setup-kpis", "setup-kpi-edit", "run", "compare", "drawer"),
    *("dashboard", "account_change_password"),
)
FIELDS = {"input", "select", "textarea"}


class Outline(HTMLParser):
    """Counts landmarks and ids, and notes fields, buttons and links without a name."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str]] = []
        self.navs: list[str] = []
        self.headings: list[int] = []
        self._in_label = 0
        # What stands in <template> is not part of the page.
        self.feed(re.sub(r"<template.*?</template>", "", html, flags=re.S))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        self.ids.update([given["id"]] if "id" in given else [])
        if tag == "label":
            self._in_label += 1
            self.labelled.add(given.get("for", ""))
        elif tag == "nav":
            self.navs.append(given.get("aria-label", ""))
        elif re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        elif tag in FIELDS and given.get("type") not in {"hidden", "submit"}:
            self.fields.append(given | {"wrapped": "yes" if self._in_label else ""})

    def handle_endtag(self, tag: str) -> None:
        self._in_label -= tag == "label"

    def nameless(self) -> list[dict[str, str]]:
        """The fields that no label names."""
        return [
            field
            for field in self.fields
            if not field["wrapped"]
            and not field.get("aria-label")
            and field.get("id", "?") not in self.labelled
        ]


@pytest.mark.parametrize("name", PAGES)
def test_it_can_be_listened_to(
    client_alice: Client, ids: dict[str, int], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evals.services.connections.probe.list_models", lambda _endpoint: ["m"])
    response = client_alice.get(path_of(name, ids))
    outline = Outline(response.content.decode())

    assert response.status_code == 200
    assert (outline.tags["h1"], outline.tags["main"], outline.tags["title"]) == (1, 1, 1)
    assert [one for one, count in outline.ids.items() if count > 1] == []
    assert outline.nameless() == []
    assert outline.labelled - {""} <= set(outline.ids)
    assert "· Evalground</title>" in response.content.decode()
    assert all(outline.navs)
    assert len(set(outline.navs)) == len(outline.navs)
