"""Worlds whose truth is known, to hold rules against it."""
