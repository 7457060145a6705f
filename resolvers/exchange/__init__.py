"""A retailer's own data in files: brought in, and taken out again in the form that can be brought in."""

from resolvers.exchange.exporter import export_files
from resolvers.exchange.importer import import_files
from resolvers.exchange.report import Count, ImportReport, RowError
from resolvers.exchange.resources import RESOURCES

__all__ = ["RESOURCES", "Count", "ImportReport", "RowError", "export_files", "import_files"]
