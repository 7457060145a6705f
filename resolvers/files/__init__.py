"""A retailer's own data in files: brought in, and taken out again in the form that can be brought in."""

from resolvers.files.declared import Declared
from resolvers.files.exporter import export_files
from resolvers.files.importer import import_files
from resolvers.files.report import Count, ImportReport, RowError
from resolvers.files.resources import RESOURCES

__all__ = ["RESOURCES", "Count", "Declared", "ImportReport", "RowError", "export_files", "import_files"]
