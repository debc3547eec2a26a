"""The use cases of learning: each changes the record in one transaction and tells search."""
