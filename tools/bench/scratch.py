"""A database for one run, and the bare tables that raw SQL writes into.

Bare tables have the columns of ours and a primary key: no foreign key, no check, no trigger, no
row-level security, no other index. They are logged like any table, so both sides write WAL.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent.parent
BARE_TABLES: tuple[LiteralString, ...] = (
    "CREATE TABLE bare.plan_line (LIKE public.payouts_disbursementplanline, PRIMARY KEY (id))",
    "CREATE TABLE bare.voucher (LIKE public.funds_voucher, PRIMARY KEY (id))",
    "CREATE TABLE bare.voucher_line (LIKE public.funds_voucherline, PRIMARY KEY (id))",
    (
        "CREATE TABLE bare.return_line (letter text, seq integer, end_to_end_id text PRIMARY KEY,"
        " account text, amount numeric(18, 2), status text, reason text, bank_serial text,"
        " paid_at timestamptz)"
    ),
    (
        "CREATE TABLE bare.payment (id bigint PRIMARY KEY, item_code text, batch_number text,"
        " amount numeric(18, 2))"
    ),
    (
        "CREATE TABLE bare.booking (id bigint PRIMARY KEY, item_code text, batch_number text,"
        " amount numeric(18, 2))"
    ),
)


# The background worker would disturb one side or the other at random; see gather_statistics().
NO_AUTOVACUUM: LiteralString = """
    DO $$ DECLARE target regclass; BEGIN
        FOR target IN SELECT tablename::regclass FROM pg_tables WHERE tableowner = current_user
                      AND schemaname = 'public' LOOP
            EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', target);
        END LOOP;
    END $$"""


@contextmanager
def scratch_database(name: str) -> Iterator[str]:
    """Create a migrated database and yield the app role's address of it; drop it at the end."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with _connection("DATABASE_ADMIN_URL", "postgres") as admin:
        admin.execute(drop)
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        with _connection("DATABASE_ADMIN_URL", name) as admin:
            admin.execute((ROOT / "deploy" / "roles.sql").read_bytes())
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v0"],
            env={**os.environ, "DATABASE_URL": _address("DATABASE_OWNER_URL", name)},
            cwd=ROOT,
            check=True,
        )
        with _connection("DATABASE_OWNER_URL", name) as owner:
            owner.execute(NO_AUTOVACUUM)
        yield _address("DATABASE_URL", name)
    finally:
        with _connection("DATABASE_ADMIN_URL", "postgres") as admin:
            admin.execute(drop)


@contextmanager
def bare_tables(database: str) -> Iterator[None]:
    """Make the bare tables in a schema of their own; take them away at the end."""
    remove: LiteralString = "DROP SCHEMA IF EXISTS bare CASCADE"
    with _connection("DATABASE_OWNER_URL", database) as owner:
        owner.execute(remove)
        owner.execute("CREATE SCHEMA bare")
        for statement in BARE_TABLES:
            owner.execute(statement)
        owner.execute("GRANT USAGE ON SCHEMA bare TO fund_app")
        owner.execute("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA bare TO fund_app")
    try:
        yield
    finally:
        with _connection("DATABASE_OWNER_URL", database) as owner:
            owner.execute(remove)


def gather_statistics(database: str) -> None:
    """Do at once what autovacuum does in time: clear dead rows away and count the tables."""
    with _connection("DATABASE_OWNER_URL", database) as owner:
        owner.execute("VACUUM ANALYZE")


def _address(variable: str, database: str) -> str:
    return urlsplit(os.environ[variable])._replace(path=f"/{database}").geturl()


def _connection(variable: str, database: str) -> psycopg.Connection:
    import environ  # noqa: PLC0415 (untyped; only its address parser is used)

    config = environ.Env.db_url_config(os.environ[variable])
    return psycopg.connect(
        host=config["HOST"] or config.get("OPTIONS", {}).get("host", ""),
        port=config["PORT"] or None,
        user=config["USER"],
        password=config["PASSWORD"] or None,
        dbname=database,
        autocommit=True,
    )
