"""The use cases of the record: each changes it in one transaction, with its timeline entry and its search enqueue."""
