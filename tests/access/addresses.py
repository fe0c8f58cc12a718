"""Every address of the product: what it takes, and who may come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from django.urls import URLPattern, URLResolver, get_resolver, reverse

# open: without login; own: one's own lists and account; guarded: a thing of one workspace.
Who = Literal["open", "own", "guarded"]


@dataclass(frozen=True)
class Address:
    """The methods that an address takes, and who may ask for it. Whoever may GET may HEAD."""

    methods: tuple[str, ...]
    who: Who = "guarded"


_GET, _POST, _BOTH = ("get",), ("post",), ("get", "post")
# Forms of allauth, which answer every method they know themselves.
_ALLAUTH_OPEN = (
    *("account_login", "account_signup", "account_inactive", "account_reset_password"),
    *("account_reset_password_done", "account_reset_password_from_key"),
    "account_reset_password_from_key_done",
)
_ALLAUTH_OWN = (
    *("account_logout", "account_reauthenticate"),
    *("account_change_password", "account_set_password"),
)
_SETUP_POSTS = (
    *("setup-rule", "setup-suggest", "setup-variant-preview", "setup-variant-delete"),
    *("setup-variant-duplicate", "setup-variant-baseline", "setup-variant-up"),
    "setup-variant-answers",
    *("setup-kpi-line", "setup-kpi-remove"),
)

ALLAUTH = frozenset({*_ALLAUTH_OPEN, *_ALLAUTH_OWN})
ADDRESSES: dict[str, Address] = {
    "healthz": Address(_GET, "open"),
    "readyz": Address(_GET, "open"),
    "link-login": Address(_GET, "open"),
    "theme": Address(_POST, "open"),
    **dict.fromkeys(_ALLAUTH_OPEN, Address(_BOTH, "open")),
    **dict.fromkeys(_ALLAUTH_OWN, Address(_BOTH, "own")),
    "settings": Address(_BOTH, "own"),
    "home": Address(_GET, "own"),
    "sample-open": Address(_POST, "own"),
    "playground-new": Address(_BOTH, "own"),
    **dict.fromkeys(("new-columns", "new-template-file", "new-start"), Address(_POST, "own")),
    "templates": Address(_GET, "own"),
    **dict.fromkeys(("template-use", "template-save", "template-import"), Address(_POST, "own")),
    **dict.fromkeys(("template-open", "template-export"), Address(_GET)),
    **dict.fromkeys(("template-duplicate", "template-columns", "template-delete"), Address(_POST)),
    "template-edit": Address(_BOTH),
    "models": Address(_GET, "own"),
    "connection-add": Address(_BOTH, "own"),
    "import-check": Address(_GET),
    "import-status": Address(_GET),
    "import-choose": Address(_POST),
    "import-start": Address(_POST),
    "import-cancel": Address(_POST),
    "import-refused": Address(_GET),
    "data": Address(_GET),
    "data-upload": Address(_BOTH),
    "data-counts": Address(_GET),
    "data-cell": Address(_BOTH),
    "data-row-add": Address(_BOTH),
    "data-rows-delete": Address(_POST),
    "data-undo": Address(_POST),
    "data-export": Address(_GET),
    "data-columns": Address(_BOTH),
    "playground-rename": Address(_POST),
    "connection-edit": Address(_BOTH),
    "connection-test": Address(_POST),
    "connection-delete": Address(_POST),
    "connection-models": Address(_BOTH),
    "connection-price": Address(_POST),
    "setup": Address(_GET),
    "estimate": Address(_BOTH),
    "setup-variant-add": Address(_BOTH),
    "setup-variant-edit": Address(_BOTH),
    "setup-kpis": Address(_BOTH),
    "setup-kpi-edit": Address(_BOTH),
    **dict.fromkeys(_SETUP_POSTS, Address(_POST)),
    "run": Address(_GET),
    "run-start": Address(_POST),
    "run-progress": Address(_GET),
    "run-cancel": Address(_POST),
    "compare": Address(_GET),
    "compare-rows": Address(_GET),
    "drawer": Address(_GET),
    "dashboard": Address(_GET),
    "dashboard-charts": Address(_GET),
    "rule-save": Address(_POST),
    "export-csv": Address(_GET),
}


def patterns(of: Iterable[URLPattern | URLResolver] | None = None) -> Iterator[URLPattern]:
    """Every pattern of the product, those of included lists too."""
    for pattern in get_resolver().url_patterns if of is None else of:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns)
        else:
            yield pattern


def path_of(name: str, ids: dict[str, int]) -> str:
    """The path of the address called `name` for these ids."""
    pattern = next(one for one in patterns() if one.name == name)
    return reverse(name, kwargs={word: ids[word] for word in pattern.pattern.converters})
