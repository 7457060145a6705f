"""Examples of the reference: a document for each query and mutation, and what it answered on the demo's data."""

from .kept import FILE, Example, kept
from .rows import Rows

__all__ = ["FILE", "Example", "Rows", "kept"]
