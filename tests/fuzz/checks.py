"""What schemathesis is to look at, and what values our scalars take; it runs in the tool's own environment.

Its own check for errors of a server takes each error of GraphQL for one, a caller's mistakes too.
"""

from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

OURS = ("INTERNAL", "ERROR")
"""The codes of what should not have happened."""
SCALARS = {
    "Decimal": st.decimals(allow_nan=False, allow_infinity=False, places=2).map(lambda each: nodes.String(str(each))),
    "DateTime": st.datetimes().map(lambda each: nodes.String(f"{each.isoformat()}Z")),
    "Date": st.dates().map(lambda each: nodes.String(each.isoformat())),
    "JSON": st.one_of(st.text().map(nodes.String), st.integers(-(2**70), 2**70).map(nodes.Int)),
}

for name, values in SCALARS.items():
    schemathesis.graphql.scalar(name, values)


@schemathesis.check
def no_error_is_the_gateway_s_own(_context: Any, response: Any, _case: Any) -> None:
    """Each error tells a program what the caller did wrong."""
    assert response.status_code < 500, response.status_code
    for error in response.json().get("errors", ()):
        code = error.get("extensions", {}).get("code")
        assert isinstance(code, str), error
        assert code not in OURS, error
