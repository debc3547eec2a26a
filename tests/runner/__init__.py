"""What bin/test runs: the checks, then all tests on SQLite and on PostgreSQL."""
