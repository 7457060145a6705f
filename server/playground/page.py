"""The playground's page: GraphiQL with ready tabs, from our own bundle or else from a CDN."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, FileSystemLoader

from . import cdn
from .assets import ASSETS
from .bundle import HERE, manifest
from .parts import Parts, Script, Style

# The ready tabs, from left to right: each is an operation in the file of its name.
TABS = (
    "Customer360",
    "CustomersWithFilters",
    "Timeline",
    "Catalogue",
    "RecommendedRewards",
    "PreviewTheBill",
    "CloseTheBill",
    "UndoTheBill",
)

EMPTY = """# There is no customer in this database yet. To try this: stop the
# gateway and run "crm360 demo", or bring your own data with
# "crm360 import files …" (docs/own-data.md), and load this page anew.

"""
"""What each tab begins with over a database without customers."""

_logger = logging.getLogger(__name__)
_templates = Environment(loader=FileSystemLoader(HERE), autoescape=True)


@dataclass(frozen=True)
class PlaygroundPage:
    """What to answer a browser that asks for the endpoint itself."""

    html: str
    headers: Mapping[str, str]


def page(
    endpoint: str,
    variables: Mapping[str, Mapping[str, object]],
    *,
    headers: Mapping[str, str] | None = None,
    tokens: Mapping[str, str] | None = None,
    reference: str | None = None,
    assets: str = ASSETS,
    is_empty: bool = False,
    tells_plans: bool = False,
) -> PlaygroundPage:
    """Give the page; `variables` and `headers` are what the tabs start with, the variables by operation name.

    `tokens`, by what they are taken for, can be chosen to ask with. All is shown to whoever opens the page: a demo's
    token may be among it, a secret may not. Where the database is empty each tab says what to do about it; where the
    gateway tells plans, answers are shown with theirs.
    """
    configuration = {
        "endpoint": endpoint,
        "reference": reference,
        "headers": _shown(headers or {}),
        "tabs": ready_tabs(variables, headers or {}, EMPTY if is_empty else ""),
        "plans": tells_plans,
        "tokens": [{"name": name, "token": token} for name, token in (tokens or {}).items()],
    }
    parts = _parts(assets)
    html = _templates.get_template("page.html").render(configuration=configuration, parts=parts)
    return PlaygroundPage(html, _headers(parts))


def documents() -> dict[str, str]:
    """Give the documents of the ready tabs by operation name."""
    return {name: (HERE / "tabs" / f"{name}.graphql").read_text(encoding="utf-8") for name in TABS}


def ready_tabs(
    variables: Mapping[str, Mapping[str, object]], headers: Mapping[str, str], said_first: str = ""
) -> list[dict[str, str]]:
    """Give the tabs as GraphiQL takes them: three texts each."""
    if unknown := sorted(set(variables) - set(TABS)):
        raise ValueError(f"There is no tab {', '.join(unknown)}; the tabs are {', '.join(TABS)}.")
    return [
        {"query": said_first + document, "variables": _shown(variables.get(name, {})), "headers": _shown(headers)}
        for name, document in documents().items()
    ]


def _shown(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), indent=2, ensure_ascii=False) if values else ""


def _parts(assets: str) -> Parts:
    if (built := manifest()) is None:
        _logger.warning("The playground isn't bundled (that takes npm): its page comes from %s", cdn.HOST)
        return cdn.parts(assets)
    return Parts(
        styles=(Style(f"{assets}/{built.style}"),),
        scripts=(Script(f"{assets}/{built.script}", module=True),),
        sources={},
    )


# Monaco writes its theme and the place of every line into style elements and attributes.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "worker-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}


def _headers(parts: Parts) -> dict[str, str]:
    policy = {**_POLICY, **parts.sources}
    return {
        "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept",
        "X-Content-Type-Options": "nosniff",
    }
