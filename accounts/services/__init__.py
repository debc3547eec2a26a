"""What can be done to accounts: a module a noun, a function an act, one transaction with its audit entry."""
