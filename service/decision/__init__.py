"""May we ask, what is it worth, which arm."""
