//! Row-level security of PostgreSQL: the second wall around a clinic's rows. SQLite has none;
//! there the queries' own filters stand alone.
//!
//! What a transaction says of itself opens rows:
//!
//! - `plumbline.clinic_id`: the rows of this clinic, to read and to write.
//! - `plumbline.door` = `on`: sessions and invitations, which are looked for before the clinic is
//!   known.
//! - `plumbline.account_id`: where this account is a member or a patient, to read.
//! - nothing: the exercises that belong to no clinic, to read.
//! - the role `plumbline_worker`: the rows of all clinics, for work that no person asked for.
//!
//! Settings are read by subqueries, which run once a statement and not once a row. The audit trail can be read and added to, never changed or deleted.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Closes every table that has a `clinic_id`, and `clinic` itself, for everyone, their owner
/// included. It may be repeated: a step that adds such a table ends with it.
pub(crate) async fn close_tables(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    manager.get_connection().execute_unprepared(CLOSE).await?;
    Ok(())
}

const CLOSE: &str = r"
DO $close$
DECLARE
    tab record;
    verb text;
    mine text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'plumbline_worker') THEN
        CREATE ROLE plumbline_worker NOLOGIN;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO plumbline_worker', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO plumbline_worker',
        current_schema());
    FOR tab IN
        SELECT c.relname AS name, a.attname AS clinic FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
        AND (a.attname = 'clinic_id' OR c.relname = 'clinic' AND a.attname = 'id')
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tab.name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tab.name);
        mine := format('%I = (SELECT nullif(current_setting(''plumbline.clinic_id'', true), '''')::uuid)', tab.clinic);
        EXECUTE format('DROP POLICY IF EXISTS clinic_rows ON %I', tab.name);
        EXECUTE format('DROP POLICY IF EXISTS worker_rows ON %I', tab.name);
        EXECUTE format('DROP POLICY IF EXISTS clinic_added ON %I', tab.name);
        EXECUTE format('DROP POLICY IF EXISTS worker_added ON %I', tab.name);
        IF tab.name IN ('audit_event', 'audit_seal') THEN
            verb := 'FOR SELECT';
            EXECUTE format('CREATE POLICY clinic_added ON %I FOR INSERT WITH CHECK (%s)', tab.name, mine);
            EXECUTE format('CREATE POLICY worker_added ON %I FOR INSERT TO plumbline_worker WITH CHECK (true)',
                tab.name);
        ELSE
            verb := 'FOR ALL';
        END IF;
        EXECUTE format('CREATE POLICY clinic_rows ON %I %s USING (%s)', tab.name, verb, mine);
        EXECUTE format('CREATE POLICY worker_rows ON %I %s TO plumbline_worker USING (true)', tab.name, verb);
        IF tab.name = 'exercise' THEN
            EXECUTE format('DROP POLICY IF EXISTS shared_rows ON %I', tab.name);
            EXECUTE format('CREATE POLICY shared_rows ON %I FOR SELECT USING (clinic_id IS NULL)', tab.name);
        END IF;
        IF tab.name IN ('session', 'invitation') THEN
            EXECUTE format('DROP POLICY IF EXISTS door_rows ON %I', tab.name);
            EXECUTE format('CREATE POLICY door_rows ON %I USING ((SELECT current_setting(''plumbline.door'', true) = ''on''))',
                tab.name);
        END IF;
        IF tab.name IN ('member', 'patient') THEN
            EXECUTE format('DROP POLICY IF EXISTS own_rows ON %I', tab.name);
            EXECUTE format('CREATE POLICY own_rows ON %I FOR SELECT USING '
                '(account_id = (SELECT nullif(current_setting(''plumbline.account_id'', true), '''')::uuid))', tab.name);
        END IF;
    END LOOP;
END
$close$";
