"""A kind of declaration is one file; a declaration that means nothing is told with its type, its field and its file."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import models
from schema.declaring.base import DeclarationError, type_of_entity

ROOT = Path(__file__).parents[3]
KINDS = ROOT / "schema" / "declaring" / "kinds"


def run(program: str, *arguments: str) -> str:
    """What one of the programs beside this file prints."""
    command = [sys.executable, "-m", f"tests.schema.declaring.{program}", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_new_kind_takes_one_file_and_runs_both_ways(shop_url: str) -> None:
    printed = run("new_kind", shop_url).splitlines()

    assert printed == [
        "planned {'stores': {'nodes': [{'name': 'Praha', 'initial': 'P'}]}} None",
        "ordinary {'stores': {'nodes': [{'name': 'Praha', 'initial': 'P'}]}} None",
        """['initial: String! @deprecated(reason: "Use `name`.")']""",
    ]


def test_only_the_file_of_a_kind_asks_for_it() -> None:
    names = [
        name for path in KINDS.glob("*.py") for name in re.findall(r"^class (\w+)\(", path.read_text(), re.MULTILINE)
    ]
    asking = re.compile(rf"isinstance\([^\n]*\b({'|'.join(names)})\b")

    found = {
        str(path.relative_to(ROOT)): asking.findall(path.read_text())
        for top in ("schema", "server")
        for path in (ROOT / top).rglob("*.py")
        if asking.search(path.read_text())
    }

    assert len(names) >= 17
    assert found == {}


def test_a_mistake_is_told_with_its_type_its_field_and_its_file() -> None:
    printed = run("mistakes").splitlines()

    assert [line.replace(".mistaken, declared in schema/mistaken.py", "", 1) for line in printed] == [
        "an unknown column: Voucher: Voucher has no column `valid_too`.",
        "an unknown column of filters: Voucher: Voucher has no column `cod`.",
        "an unknown code: Store: Store has no column `land`.",
        "an unknown column of money: Purchase: Purchase has no column `totl`.",
        "an unknown column beside money: Purchase: Purchase has no column `totl`.",
        "an unknown type of a structure: Store: There is no type `Adress`.",
        "an unknown relationship: Voucher: Voucher has no relationship `client`.",
        "a list of an unknown relationship: Customer: Customer has no relationship `voucherz`.",
        "a list below no entity: Query: It follows the relationship `vouchers`, but its type shows no entity.",
        "a list of an unknown type: Query: There is no type `Vouchr`.",
        "an unknown relationship on the way: Voucher: Voucher has no relationship `client`.",
        "the same row as an unknown type: Voucher: There is no type `Vouchr`.",
        "an unknown key of a batch: Voucher: Voucher has no column `customerid`.",
        "an unknown type: Voucher: There is no type `Vouchr`.",
        "a lookup of an unknown type: Query: There is no type `Vouchr`.",
        "no description: Voucher: It has no description, and neither has a column of its own.",
    ]


def test_an_entity_that_no_type_shows_is_told() -> None:
    with pytest.raises(DeclarationError, match="No type shows the entity Base"):
        type_of_entity(models.Base)
