"""The vocabulary and the learned parts. No web, no database, no files but the bundle's."""
