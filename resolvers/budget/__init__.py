"""Budgets of cost, shared by all processes through the database."""
