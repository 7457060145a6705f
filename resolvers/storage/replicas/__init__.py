"""Replicas of PostgreSQL: reads go to those that have all that anybody was told is done."""
