"""The published reference of the schema: pages of HTML, written to a folder or served."""

from .examples import Example, kept
from .resources import RESOURCES, MissingTypeError, ReferenceResource
from .routes import routes
from .site import Site

__all__ = ["RESOURCES", "Example", "MissingTypeError", "ReferenceResource", "Site", "kept", "routes"]
