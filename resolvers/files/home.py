"""Where a retailer is at home, as the database tells: what values of its files mean that don't say it themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

import models
from resolvers.files.format.conventions import DEFAULT_SOURCE, OTHERS, Conventions, of_country
from resolvers.files.record.natural_keys import OWN_SOURCE
from resolvers.programme.reading import in_force
from resolvers.storage.sql import SqlColumn


async def home_of(connection: AsyncConnection, at: datetime) -> Conventions:
    """What the programme that holds says; else what is the same of all stores, and follows from their country."""
    programme = await _programme(connection, at)
    store = models.Store
    shops = Conventions(
        country=await _only(connection, store.country_code),
        currency=await _only(connection, store.currency_code),
    )
    told = programme.or_else(shops)
    told = told.or_else(of_country(told.country))
    return told.or_else(Conventions(sources=await _sources(connection)))


async def _programme(connection: AsyncConnection, at: datetime) -> Conventions:
    one, currency = models.Programme, models.ProgrammeCurrency
    query = select(one.country_code, one.time_zone).where(one.id == in_force())
    row = (await connection.execute(query, {"at": at})).first()
    if row is None:
        return Conventions()
    worth = select(currency.currency_code).where(currency.programme_id == in_force())
    currencies = list(await connection.scalars(worth, {"at": at}))
    return Conventions(country=row[0], zone=row[1], currency=currencies[0] if len(currencies) == 1 else None)


async def _only(connection: AsyncConnection, column: SqlColumn) -> str | None:
    """What a column says of all rows that say anything."""
    found = list(await connection.scalars(select(column).where(column.is_not(None)).distinct().limit(2)))
    return found[0] if len(found) == 1 else None


async def _sources(connection: AsyncConnection) -> dict[str, str]:
    """The one system that each kind of rows comes from; where there is none yet, one that stands for these files."""
    known = select(models.CustomerSource.code).where(models.CustomerSource.code != OWN_SOURCE).limit(2)
    customers = list(await connection.scalars(known)) or [DEFAULT_SOURCE]
    product = await _only(connection, models.Product.source)
    found = {"customer": customers[0], OTHERS: customers[0]} if len(customers) == 1 else {}
    return found | ({"product": product} if product else {})
