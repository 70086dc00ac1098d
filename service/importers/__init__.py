"""Files into the ledger; `run.import_file` is the way in."""
