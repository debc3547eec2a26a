"""Whole journeys, as a person makes them: a real Chromium, a real server, one database at a time."""
