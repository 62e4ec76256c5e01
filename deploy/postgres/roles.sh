#!/usr/bin/env bash
# The roles of Plumbline, made when the database is first created. The PostgreSQL image runs
# this from /docker-entrypoint-initdb.d; on a server of your own, run it once as a superuser with
#   POSTGRES_USER, POSTGRES_DB, PLUMBLINE_OWNER_PASSWORD, PLUMBLINE_APP_PASSWORD
# set (psql takes PGHOST and the like, too).
#
#   plumbline_owner   owns the database and its tables; runs the migrations
#   plumbline_app     reads and writes rows; owns nothing, changes no table, and row-level
#                     security binds it to the clinic it works for
#   plumbline_worker  what the server becomes for work that no person asked for, such as
#                     reminders: the policies let it reach the rows of all clinics
#
# Row-level security binds the owner, too: back the database up as a superuser.

# Read by the caller's shell instead of run when the file is not executable: no `set -u` here.
set -e

psql --no-psqlrc --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set ON_ERROR_STOP=1 --set database="$POSTGRES_DB" <<'SQL'
-- From the environment, not the command line, which other users of the machine can read.
\getenv owner_password PLUMBLINE_OWNER_PASSWORD
\getenv app_password PLUMBLINE_APP_PASSWORD
BEGIN;
CREATE ROLE plumbline_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE
    PASSWORD :'owner_password';
CREATE ROLE plumbline_worker NOLOGIN;
-- NOINHERIT: it is the worker only where it says so.
CREATE ROLE plumbline_app LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE
    IN ROLE plumbline_worker PASSWORD :'app_password';

ALTER DATABASE :"database" OWNER TO plumbline_owner;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO plumbline_app;

ALTER SCHEMA public OWNER TO plumbline_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO plumbline_app, plumbline_worker;

-- For whatever the owner makes from now on. A migration takes back what goes too far.
ALTER DEFAULT PRIVILEGES FOR ROLE plumbline_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO plumbline_app, plumbline_worker;
ALTER DEFAULT PRIVILEGES FOR ROLE plumbline_owner IN SCHEMA public
    GRANT USAGE ON SEQUENCES TO plumbline_app;
COMMIT;
SQL
