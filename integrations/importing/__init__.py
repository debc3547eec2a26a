"""Taking records over from elsewhere: read lines, make records of them, write each in its own transaction, report."""
