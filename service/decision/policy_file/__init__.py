"""The sections of `policy.toml` as values, read and checked."""
