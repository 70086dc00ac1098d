"""Choosing by chance among what is worth nearly the same, with known probabilities."""
