"""The page where npm is missing: the last GraphiQL that plain script elements can load, pinned."""

from .parts import Parts, Script, Style

HOST = "https://cdn.jsdelivr.net"

_STYLES = (
    Style(
        f"{HOST}/npm/graphiql@4.1.2/graphiql.min.css",
        "sha384-1el1QShFBnnXTx9x/Cprg82hZWKt0ry29OAYIXt05swbi0KcZDFoj0CWguMpopJr",
    ),
)
_SCRIPTS = (
    Script(
        f"{HOST}/npm/react@18.3.1/umd/react.production.min.js",
        "sha384-DGyLxAyjq0f9SPpVevD6IgztCFlnMF6oW/XQGmfe+IsZ8TqEiDrcHkMLKI6fiB/Z",
    ),
    Script(
        f"{HOST}/npm/react-dom@18.3.1/umd/react-dom.production.min.js",
        "sha384-gTGxhz21lVGYNMcdJOyq01Edg0jhn/c22nsx0kyqP0TxaV5WVdsSH1fSDUf5YJj1",
    ),
    Script(
        f"{HOST}/npm/graphiql@4.1.2/graphiql.min.js",
        "sha384-9XdHu7ajgGJziD4J1zNBKQ842Q/+zZfDv+ib1eMhZWBH6hPAs806x+Jbcf0yNO6B",
    ),
)


def parts(assets: str) -> Parts:
    """Name the files to load and allow exactly those; that stylesheet carries its fonts in itself."""
    return Parts(
        styles=(*_STYLES, Style(f"{assets}/playground.css")),
        scripts=(*_SCRIPTS, Script(f"{assets}/cdn.js")),
        sources={
            "script-src": " ".join(["'self'", *(script.url for script in _SCRIPTS)]),
            "style-src": " ".join(["'self'", "'unsafe-inline'", *(style.url for style in _STYLES)]),
            "font-src": "data:",
        },
        host=HOST.removeprefix("https://"),
    )
