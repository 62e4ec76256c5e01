//! The columns and keys that tables of a clinic share.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::uuid;

/// A table keyed `(clinic_id, id)` that belongs to a clinic.
pub(crate) fn clinic_table(name: &'static str) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(name)
        .col(uuid("clinic_id"))
        .col(uuid("id"))
        .primary_key(Index::create().col("clinic_id").col("id"))
        .foreign_key(ForeignKey::create().from(name, "clinic_id").to("clinic", "id"));
    table
}

/// A reference from `(clinic_id, column)` to `(clinic_id, id)` of another table of the clinic.
pub(crate) fn within_clinic(
    from: &'static str,
    column: &'static str,
    to: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from_tbl(from)
        .from_col("clinic_id")
        .from_col(column)
        .to_tbl(to)
        .to_col("clinic_id")
        .to_col("id")
        .to_owned()
}

/// An index `name` on `table (columns…)`.
pub(crate) fn index(
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}
