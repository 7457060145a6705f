"""The words by which a customer is found, kept in step with what they are made of."""

from __future__ import annotations

from sqlalchemy import delete, select

from models import Card, Customer, CustomerTerm
from resolvers.normalise import customer_terms
from resolvers.storage.transaction import Transaction


async def renew_terms(transaction: Transaction, customer_id: int) -> None:
    """Make the words of a customer, who is locked, those of their name with its titles, e-mail, phone and cards."""
    session = transaction.session
    await session.flush()
    of = (Customer.full_name, Customer.email, Customer.phone)
    name, email, phone = (await session.execute(select(*of).where(Customer.id == customer_id))).one()
    numbers = await session.scalars(select(Card.number).where(Card.customer_id == customer_id))
    wanted = customer_terms((name,), email, phone, numbers)
    there = set(await session.scalars(select(CustomerTerm.term).where(CustomerTerm.customer_id == customer_id)))
    if gone := there - wanted:
        await session.execute(
            delete(CustomerTerm).where(CustomerTerm.customer_id == customer_id, CustomerTerm.term.in_(gone))
        )
    session.add_all(CustomerTerm(customer_id=customer_id, term=term) for term in sorted(wanted - there))
    await session.flush()
