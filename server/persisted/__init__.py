"""Documents that are asked for by a name instead of their text."""

from .documents import PersistedDocuments
from .manifests import ManifestError, read_manifests

__all__ = ["ManifestError", "PersistedDocuments", "read_manifests"]
