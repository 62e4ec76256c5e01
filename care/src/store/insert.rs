//! Writing many rows at once.

use super::Tx;
use crate::error::{Error, Result};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, EntityName, EntityTrait, Iden, IntoActiveModel, Iterable, ModelTrait,
    PrimaryKeyToColumn, Statement, Value,
};
use serde_json::{Map, Value as Json};

/// SQLite takes so many values in a statement.
const VALUES: usize = 32_766;

impl Tx {
    /// Inserts these rows, in one statement on PostgreSQL: it takes them as one JSON parameter, which it reads
    /// several times faster than a parameter for each of thousands of values.
    pub(crate) async fn insert_all<M>(&self, rows: Vec<M>) -> Result<()>
    where
        M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    {
        if rows.is_empty() {
            return Ok(());
        }
        if !self.locks_rows() {
            let at_once = VALUES / <M::Entity as EntityTrait>::Column::iter().count().max(1);
            for rows in rows.chunks(at_once) {
                let rows = rows.iter().cloned().map(|row| row.into_active_model().reset_all());
                M::Entity::insert_many(rows).exec_without_returning(self).await?;
            }
            return Ok(());
        }
        let (table, columns) = (M::Entity::default(), names(<M::Entity as EntityTrait>::Column::iter()));
        let (table, columns) = (table.table_name(), columns.join(", "));
        let sql = format!(
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, $1)"
        );
        self.execute_raw(self.of_rows(sql, rows)?).await?;
        Ok(())
    }

    /// Writes these columns of rows that exist, in one statement on PostgreSQL.
    pub(crate) async fn update_all<M>(
        &self,
        rows: Vec<M>,
        columns: &[<M::Entity as EntityTrait>::Column],
    ) -> Result<()>
    where
        M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
        <M::Entity as EntityTrait>::ActiveModel: Send + sea_orm::ActiveModelBehavior,
        <M::Entity as EntityTrait>::Model: IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    {
        if rows.is_empty() {
            return Ok(());
        }
        if !self.locks_rows() {
            for row in rows {
                row.into_active_model().reset_all().update(self).await?;
            }
            return Ok(());
        }
        let table = M::Entity::default();
        let table = table.table_name();
        let set: Vec<_> =
            names(columns.iter().copied()).iter().map(|name| format!("{name} = new.{name}")).collect();
        let keys = names(<M::Entity as EntityTrait>::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column));
        let same: Vec<_> = keys.iter().map(|name| format!("kept.{name} = new.{name}")).collect();
        let sql = format!(
            "UPDATE {table} AS kept SET {} FROM jsonb_populate_recordset(NULL::{table}, $1) AS new WHERE {}",
            set.join(", "),
            same.join(" AND ")
        );
        self.execute_raw(self.of_rows(sql, rows)?).await?;
        Ok(())
    }

    fn of_rows<M: ModelTrait>(&self, sql: String, rows: Vec<M>) -> Result<Statement> {
        let object = |row: M| {
            let field = |column| Ok((Iden::to_string(&column), json(row.get(column))?));
            let columns = <M::Entity as EntityTrait>::Column::iter();
            columns.map(field).collect::<Result<Map<_, _>>>().map(Json::Object)
        };
        let rows = rows.into_iter().map(object).collect::<Result<Vec<_>>>()?;
        let parameter = Value::Json(Some(Box::new(Json::Array(rows))));
        Ok(Statement::from_sql_and_values(self.get_database_backend(), sql, [parameter]))
    }
}

fn names(columns: impl Iterator<Item = impl Iden>) -> Vec<String> {
    columns.map(|column| format!("\"{}\"", Iden::to_string(&column))).collect()
}

/// The value as PostgreSQL reads it from JSON.
fn json(value: Value) -> Result<Json> {
    Ok(match value {
        Value::Bool(value) => value.into(),
        Value::SmallInt(value) => value.into(),
        Value::Int(value) => value.into(),
        Value::BigInt(value) => value.into(),
        Value::Double(value) => value.into(),
        Value::String(value) => value.into(),
        Value::Uuid(value) => value.map(|id| id.to_string()).into(),
        Value::Bytes(value) => value.map(|bytes| hex(&bytes)).into(),
        Value::Json(value) => value.map_or(Json::Null, |value| *value),
        _ => return Err(Error::Internal),
    })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(2 + 2 * bytes.len());
    text.push_str("\\x");
    for byte in bytes {
        // Writing to a string never fails.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
