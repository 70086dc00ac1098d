"""The words: library, channels, rendering, linter."""
