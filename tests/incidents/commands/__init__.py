"""Tests of slash commands."""
