"""How good are the suggestions, on public data and beside what the field has published."""
