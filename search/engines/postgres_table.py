"""What PostgreSQL's index needs to stand on: its columns and indexes, whether they are there, and how they come back.

Migrations make them. Somebody who restores single tables, or drops an index to save room, may lose them again.
"""

from django.db import connection, transaction

# An index that is missing makes every search read the whole table.
INDEXES = {
    "search_document_words": "search_searchdocument USING gin (words)",
    "search_document_facts": "search_searchdocument USING gin (facts)",
    "search_document_day": "search_searchdocument (day DESC, object_id DESC)",
    "search_vocabulary_length": "search_vocabulary (length)",
    "search_vocabulary_begins": "search_vocabulary (word text_pattern_ops)",
}
_COLUMNS = [
    """
    ALTER TABLE search_searchdocument
        ADD COLUMN IF NOT EXISTS words tsvector NOT NULL DEFAULT '',
        ADD COLUMN IF NOT EXISTS facts text[] NOT NULL DEFAULT '{}',
        ADD COLUMN IF NOT EXISTS facets text[] NOT NULL DEFAULT '{}',
        ADD COLUMN IF NOT EXISTS rights text[] NOT NULL DEFAULT '{}',
        ADD COLUMN IF NOT EXISTS tallies bytea NOT NULL DEFAULT ''
    """,
    "ALTER TABLE search_searchdocument ALTER COLUMN tallies SET STORAGE EXTERNAL",
    """
    CREATE TABLE IF NOT EXISTS search_vocabulary (
        word text PRIMARY KEY,
        length integer NOT NULL,
        letters integer NOT NULL,
        generation integer NOT NULL
    )
    """,
    "ALTER TABLE search_vocabulary ADD COLUMN IF NOT EXISTS documents integer NOT NULL DEFAULT 0",
]
_NEEDED = [
    *(("search_searchdocument", column) for column in ("words", "facts", "facets", "rights", "tallies")),
    ("search_vocabulary", "documents"),
]
# How many of the indexes are there and usable; the statement that reads the state of the index asks it too.
VALID_INDEXES = (
    "(SELECT count(*) FROM pg_index WHERE indisvalid AND indexrelid IN ("  # noqa: S608 - names written above
    + ", ".join(f"to_regclass('{name}')" for name in INDEXES)
    + "))"
)


def mend() -> None:
    """Make what is missing. Nothing is changed, and nothing locked, where all of it is there."""
    if _is_whole():
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _COLUMNS:
            cursor.execute(statement)
        for name, what in INDEXES.items():
            cursor.execute(f"DROP INDEX IF EXISTS {name}")
            cursor.execute(f"CREATE INDEX {name} ON {what}")


def _is_whole() -> bool:
    held = " OR ".join(f"(attrelid = to_regclass('{table}') AND attname = '{column}')" for table, column in _NEEDED)
    columns = f"(SELECT count(*) FROM pg_attribute WHERE NOT attisdropped AND ({held}))"  # noqa: S608 - written above
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}, {VALID_INDEXES}")
        return bool(cursor.fetchone() == (len(_NEEDED), len(INDEXES)))
