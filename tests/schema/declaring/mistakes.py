"""A program that declares what means nothing, one thing after another, and prints what it is told.

It runs in a process of its own, since a process makes one schema of its declarations.
"""

from dataclasses import replace

from resolvers.query.columns import Column
from schema.declaring.base import TYPES, Declaration, DeclarationError
from schema.declaring.build import build
from schema.declaring.declarations import batched, computed, country, embedded, leaf, lookup, many, money, one, same

MISTAKES: dict[str, tuple[str, Declaration]] = {
    "an unknown column": ("Voucher", leaf("valid_too")),
    "an unknown column of filters": ("Voucher", leaf("code", compared="cod")),
    "an unknown code": ("Store", country("land")),
    "an unknown column of money": ("Purchase", money("totl")),
    "an unknown column beside money": ("Purchase", money("total", when="totl")),
    "an unknown type of a structure": ("Store", embedded("Adress")),
    "an unknown relationship": ("Voucher", one("client")),
    "a list of an unknown relationship": ("Customer", many("voucherz")),
    "a list below no entity": ("Query", many("vouchers")),
    "a list of an unknown type": ("Query", many(type_name="Vouchr")),
    "an unknown relationship on the way": ("Voucher", computed("str", Column(("client",), "id"), description="")(str)),
    "the same row as an unknown type": ("Voucher", same("Vouchr")),
    "an unknown key of a batch": ("Voucher", batched("str", print, "It.", key="customerid")),
    "an unknown type": ("Voucher", batched("Vouchr | None", print, "It.")),
    "a lookup of an unknown type": ("Query", lookup("Vouchr", "It.")),
    "no description": ("Voucher", same("Voucher")),
}


def main() -> None:
    """Print what each mistake is told as."""
    for name, (owner, declared) in MISTAKES.items():
        TYPES[owner].fields["mistaken"] = replace(declared, name="mistaken", file="schema/mistaken.py")
        try:
            build()
        except DeclarationError as error:
            print(f"{name}: {error}")
        del TYPES[owner].fields["mistaken"]
    build()


if __name__ == "__main__":
    main()
