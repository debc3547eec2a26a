"""Readers of traces: one module for each family of languages, each with `read(text) -> Event | None` for one line."""
