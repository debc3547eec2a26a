"""Slash commands: what people write at the beginning of a line to do more than note it down."""
