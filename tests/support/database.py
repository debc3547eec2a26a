"""The databases of the tests: copied from one that bin/test has migrated, and emptied after tests with transactions."""

import os
import shutil
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from postmortems.shipping import after_migrate

# Where bin/test has put a migrated database: a file for SQLite, a database's name for PostgreSQL.
PREPARED = os.environ.get("HINDSIGHT_TEST_PREPARED", "")
# Filled by migrating, and changed by nobody.
KEPT = {"django_content_type", "auth_permission"}


def copy_prepared(*_: Any, **__: Any) -> str:
    """In place of Django's `create_test_db`, which would migrate once a process; the name of the copy."""
    creation: Any = connection.creation
    name: str = creation._get_test_db_name()
    connection.close()
    if settings.IS_POSTGRES:
        new, source = map(connection.ops.quote_name, (name, PREPARED))
        with creation._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {new}")
            cursor.execute(f"CREATE DATABASE {new} TEMPLATE {source}")
    else:
        shutil.copyfile(PREPARED, name)
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    connection.ensure_connection()
    return name


def empty(*_: Any) -> None:
    """In place of Django's `flush`: only tables with rows are emptied, which are few of many; what ships comes back."""
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT
    names = [connection.ops.quote_name(table) for table in sorted(tables)]
    asked = " UNION ALL ".join(
        f"SELECT {at} WHERE EXISTS (SELECT 1 FROM {name})"  # noqa: S608 - names of our own tables
        for at, name in enumerate(names)
    )
    # One transaction: references are looked at when it ends, so that any order will do.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(asked)
        for (at,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {names[at]}")  # noqa: S608 - the same
    after_migrate(sender=apps.get_app_config("postmortems"))
