"""The published reference of the schema: one page of HTML, written to a folder or served."""

from .page import headers, render, write
from .resources import RESOURCES, MissingTypeError, ReferenceResource
from .routes import routes

__all__ = ["RESOURCES", "MissingTypeError", "ReferenceResource", "headers", "render", "routes", "write"]
