"""Read models of pages: what a page shows, gathered in a number of queries that does not grow with the record."""
