//! Whether PostgreSQL's row-level security stands: the second wall around a clinic's rows.

use super::Connection;

/// One row: what is wrong with the role, and the first table of a clinic that is open.
const LOOK: &str = "SELECT current_user::text AS name, r.rolsuper OR r.rolbypassrls AS powerful, \
    EXISTS (SELECT FROM pg_catalog.pg_tables t WHERE t.schemaname = current_schema() \
        AND t.tableowner = current_user) AS owner, \
    COALESCE((SELECT pg_has_role(w.oid, 'MEMBER') AND NOT pg_has_role(w.oid, 'USAGE') \
        FROM pg_catalog.pg_roles w WHERE w.rolname = 'plumbline_worker'), false) AS worker, \
    (SELECT c.relname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a \
        ON a.attrelid = c.oid AND a.attname = 'clinic_id' AND NOT a.attisdropped \
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') \
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1 LIMIT 1) AS open \
    FROM pg_catalog.pg_roles r WHERE r.rolname = current_user";

/// What is wrong with row-level security on this PostgreSQL, and how to mend it; none where it
/// binds the server.
pub async fn broken_wall(connection: &Connection) -> Option<String> {
    let Some(row) = connection.row(LOOK).await else {
        return Some("row-level security: the catalog of the database cannot be read.".to_owned());
    };
    let name: String = row.try_get("", "name").unwrap_or_default();
    let is = |column| row.try_get("", column).unwrap_or(false);
    let wrong = if is("powerful") {
        "is a superuser or bypasses row-level security"
    } else if is("owner") {
        "owns the tables"
    } else if !is("worker") {
        "is no member of plumbline_worker, or inherits from it"
    } else {
        let open: Option<String> = row.try_get("", "open").unwrap_or_default();
        return open.map(|table| {
            format!("row-level security: the table {table} is open. Run `plumbline migrate`; nothing else may change tables.")
        });
    };
    Some(format!(
        "row-level security: the role {name} {wrong}, so one clinic could reach the rows of another. Let the server work as a role of its own: deploy/postgres/roles.sh makes one; its address goes into database.url (PLUMBLINE_DATABASE__URL), the owner's into database.migration_url."
    ))
}
