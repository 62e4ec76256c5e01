//! Inserting many rows at once.

use super::Tx;
use crate::error::{Error, Result};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, EntityName, EntityTrait, Iden, IntoActiveModel, Iterable, ModelTrait,
    Statement, Value,
};
use serde_json::{Map, Value as Json};

impl Tx {
    /// Inserts these rows in one statement. PostgreSQL takes them as one JSON parameter, which it reads several
    /// times faster than a parameter for each of thousands of values.
    pub(crate) async fn insert_all<M>(&self, rows: Vec<M>) -> Result<()>
    where
        M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    {
        if rows.is_empty() {
            return Ok(());
        }
        if !self.locks_rows() {
            let rows = rows.into_iter().map(|row| row.into_active_model().reset_all());
            M::Entity::insert_many(rows).exec_without_returning(self).await?;
            return Ok(());
        }
        let all = || <M::Entity as EntityTrait>::Column::iter();
        let object = |row: M| {
            let field = |column| Ok((Iden::to_string(&column), json(row.get(column))?));
            all().map(field).collect::<Result<Map<_, _>>>().map(Json::Object)
        };
        let rows = rows.into_iter().map(object).collect::<Result<Vec<_>>>()?;
        let columns: Vec<_> = all().map(|column| format!("\"{}\"", Iden::to_string(&column))).collect();
        let (table, columns) = (M::Entity::default(), columns.join(", "));
        let table = table.table_name();
        let sql = format!(
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, $1)"
        );
        let parameter = Value::Json(Some(Box::new(Json::Array(rows))));
        self.execute_raw(Statement::from_sql_and_values(self.get_database_backend(), sql, [parameter]))
            .await?;
        Ok(())
    }
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
