"""What the tests share: people, records, and ways to look at them."""
