"""The retailer's own records: stores, catalogue, campaigns."""
