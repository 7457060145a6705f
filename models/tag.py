"""Tags on products and rewards."""

from __future__ import annotations

from models.base import Base, CodeList


class Tag(Base, CodeList):
    """A label that groups products or rewards for display and search."""

    __tablename__ = "tag"
