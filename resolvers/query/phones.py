"""Customers by their phone numbers, with and without a country's prefix."""

from __future__ import annotations

import json
from typing import Any

import phonenumbers
from sqlalchemy import ColumnElement, Integer, Text, func, literal, literal_column, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement

from models import Customer, CustomerTerm, Programme, State
from resolvers.normalise import DIALLED
from resolvers.query.columns import NOW, Expression
from resolvers.query.expressions import word
from resolvers.storage.sql import SqlValue

PREFIXES = json.dumps(
    {region: f"+{phonenumbers.country_code_for_region(region)}" for region in sorted(phonenumbers.SUPPORTED_REGIONS)}
)
"""With what the numbers of each country begin, by its code of ISO 3166-1."""


ONE: SqlValue = literal_column("1", Integer())


class member_of(FunctionElement[str]):  # noqa: N801
    """The text that an object in JSON has under a name."""

    type = Text()
    inherit_cache = True
    name = "member_of"


@compiles(member_of, "postgresql")
def _member_on_postgresql(element: member_of, compiler: SQLCompiler, **options: Any) -> str:
    whole, name = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(CAST({whole} AS JSON) ->> {name})"


@compiles(member_of, "sqlite")
def _member_on_sqlite(element: member_of, compiler: SQLCompiler, **options: Any) -> str:
    whole, name = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({whole} ->> {name})"


def _home_prefix() -> SqlValue:
    """With what numbers begin in the country of the programme that holds: of those that are valid, the latest one."""
    one = aliased(Programme)
    valid = one.state == word(State.ACTIVE), one.valid_from <= NOW, or_(one.valid_to.is_(None), one.valid_to > NOW)
    prefix = member_of(literal(PREFIXES, Text()), one.country_code)
    latest = select(prefix).where(*valid).order_by(one.valid_from.desc(), one.id.desc())
    return latest.limit(ONE).scalar_subquery()


def reached_by(customer: type[Customer], number: SqlValue) -> ColumnElement[bool]:
    """Whether a phone number is the customer's.

    One that names no country is meant in the programme's where a customer there has it; elsewhere no other customer's
    may end alike.
    """
    same, term, home = aliased(Customer), aliased(CustomerTerm), aliased(Customer)
    known = select(same.id).where(same.phone == number, same.state != word(State.DELETED))
    dialled = select(func.min(term.customer_id)).where(term.term == word(DIALLED).concat(number))
    only = dialled.having(func.count() == ONE)
    prefix = select(_home_prefix().label("prefix")).cte("home", nesting=True)
    at_home = func.substr(home.phone, ONE, func.length(prefix.c.prefix)) == prefix.c.prefix
    there = only.join(home, home.id == term.customer_id).join(prefix, at_home)
    ways = (each.scalar_subquery() for each in (known, there, only))
    reached: ColumnElement[bool] = customer.id == func.coalesce(*ways)
    return reached


PHONE = Expression("phone", lambda customer: customer.phone, Customer.__table__.c.phone.type, True, reached_by)
"""A customer's phone number, found with and without its country's prefix."""
