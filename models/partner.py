"""Partners: companies that share the loyalty programme."""

from __future__ import annotations

from models.base import Base, CodeList


class Partner(Base, CodeList):
    """A company of the programme that owns stores, products, rewards or points."""

    __tablename__ = "partner"
