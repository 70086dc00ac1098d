"""Costs, attribution and, later, incrementality."""
