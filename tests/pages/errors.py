"""The page `docs/errors.md`, made from the codes and what each mutation may be refused with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from models.described import DescribedEnum
from models.error_advice import ADVICE
from models.rules.error_codes import ErrorCode
from resolvers.request_codes import ADVICE as REQUEST_ADVICE
from resolvers.request_codes import RequestCode
from schema.declaring.operations.refusals import mutations_of

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
OPENING = """# Errors

Made by `make schema` from the codes as they are. The graph tells the same: `errorCodes`, `requestErrorCodes`, and the
description of each mutation's `userErrors`.

- **A mutation that is refused** answers `userErrors`, and nothing was changed. `code` is for programs, `message` for
  people: in Czech where `Accept-Language` asks for it, else in English. `field` leads to the part of the input that is
  to blame, `shortfall` says what is missing as an amount, points or pieces, for pages with words of their own.
- **A request that is not answered**, or a field that isn't, has an entry in `errors`; its code is in
  `extensions.code`. Messages there are for developers, in English. An error of the gateway's own says an `id`, under
  which the log tells where.
- Codes are only ever added. Treat one that you don't know as its message says.

```graphql
mutation ($input: PointsSpendInput!) {
  pointsSpend(input: $input) {
    userErrors { code message field shortfall { points money { amount currency { code } } quantity product { name } } }
  }
}
```
```json variables
{"input": {"customer": "Q3VzdG9tZXI6Mg==", "amount": "100"}}
```
```json
```

"""


def table(codes: type[DescribedEnum], advice: Mapping[DescribedEnum, str]) -> Iterator[str]:
    """The codes with what they mean and what to do."""
    for each in codes:
        yield f"| `{each}` | {each.description} | {advice[each]} |"


def given_by(code: ErrorCode) -> str:
    """The mutations that a code comes from."""
    names = mutations_of(code)
    return "every mutation" if names == ["every"] else ", ".join(f"`{name}`" for name in names)


def page() -> str:
    """The page as it should be."""
    refused = (f"{row} {given_by(code)} |" for row, code in zip(table(ErrorCode, ADVICE), ErrorCode, strict=True))
    return OPENING + "\n".join(
        [
            "## Refusals: `userErrors`",
            "",
            "| code | what it means | what to do | given by |",
            "|---|---|---|---|",
            *refused,
            "",
            "## Requests and fields: `errors`",
            "",
            "| code | what it means | what to do |",
            "|---|---|---|",
            *table(RequestCode, REQUEST_ADVICE),
            "",
        ]
    )
