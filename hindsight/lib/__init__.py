"""What every app may use and what knows no app: text, time, markdown, highlighting, images, files, htmx."""
