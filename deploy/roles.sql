-- The three roles of the database and what each may do. Run as superuser in the fund database,
-- before the first migration; running it again changes nothing. Used by the local servers
-- (config/local_servers.py), by the containers (deploy/initdb.sh) and by hand (docs).
--
--   fund_owner    owns and migrates the tables; never serves a request
--   fund_app      web, worker, beat, relay: rows only, always under row-level security
--   fund_auditor  reads
--
-- No grants on existing tables here: migrations take single rights away again (posted vouchers,
-- audit events), and a repeated run must not give them back.

DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['fund_owner', 'fund_app', 'fund_auditor'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I', role_name);
        END IF;
        EXECUTE format(
            'ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS',
            role_name
        );
    END LOOP;
    EXECUTE format('ALTER DATABASE %I OWNER TO fund_owner', current_database());
    -- PUBLIC may otherwise connect and make temporary tables.
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO fund_owner, fund_app, fund_auditor', current_database()
    );
    -- Imports are staged by COPY, which row-level security forbids on tenant tables: a temporary
    -- table is private to its session, so it is the one place a file's rows may wait.
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO fund_app', current_database());
END
$$;

-- A worker that hangs inside a transaction must not keep its locks from the others. What it had
-- claimed is to be somebody else's within a minute: these 40 seconds, then the sweeper's 10. No
-- step computes that long between two statements: parsing a return of a million lines takes four
-- seconds, a statement of ten pages one, and workbooks fetch their rows as they are written.
ALTER ROLE fund_app SET idle_in_transaction_session_timeout = '40s';
ALTER ROLE fund_auditor SET default_transaction_read_only = on;

ALTER SCHEMA public OWNER TO fund_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO fund_app, fund_auditor;

ALTER DEFAULT PRIVILEGES FOR ROLE fund_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO fund_app;
ALTER DEFAULT PRIVILEGES FOR ROLE fund_owner IN SCHEMA public
    GRANT USAGE ON SEQUENCES TO fund_app;
ALTER DEFAULT PRIVILEGES FOR ROLE fund_owner IN SCHEMA public
    GRANT EXECUTE ON FUNCTIONS TO fund_app;
ALTER DEFAULT PRIVILEGES FOR ROLE fund_owner IN SCHEMA public
    GRANT SELECT ON TABLES TO fund_auditor;
