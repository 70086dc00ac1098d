"""How the report counts: one method per file, each with its formula and its source."""
