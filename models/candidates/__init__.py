"""Where suggestions may come from: one file per source."""
