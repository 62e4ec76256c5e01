//! Writing many rows at once.

use super::Tx;
use crate::error::{Error, Result};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, EntityName, EntityTrait, Iden, InsertMany, IntoActiveModel, Iterable,
    ModelTrait, PrimaryKeyToColumn, QueryTrait, Statement, Value,
};
use serde::ser::{Error as _, Serialize, Serializer};
use std::collections::HashSet;
use std::fmt::{self, Display, Formatter};
use uuid::Uuid;

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
        if self.locks_rows() {
            self.execute_raw(self.inserting(&rows, "")?).await?;
            return Ok(());
        }
        for insert in inserts(rows) {
            insert.exec_without_returning(self).await?;
        }
        Ok(())
    }

    /// Inserts those of these rows whose keys are not taken; answers their ids, which `id` holds.
    pub(crate) async fn insert_new<M>(
        &self,
        rows: Vec<M>,
        id: <M::Entity as EntityTrait>::Column,
    ) -> Result<HashSet<Uuid>>
    where
        M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    {
        if rows.is_empty() {
            return Ok(HashSet::new());
        }
        let name = Iden::to_string(&id);
        let mut inserted = Vec::new();
        if self.locks_rows() {
            let then = format!("ON CONFLICT DO NOTHING RETURNING \"{name}\"");
            inserted = self.query_all_raw(self.inserting(&rows, &then)?).await?;
        } else {
            for insert in inserts(rows) {
                let mut insert = insert.into_query();
                insert.on_conflict(OnConflict::new().do_nothing().to_owned()).returning_col(id);
                inserted.extend(self.query_all(&insert).await?);
            }
        }
        inserted.iter().map(|row| Ok(row.try_get("", &name)?)).collect()
    }

    /// The statement that inserts these rows on PostgreSQL, `then` at its end.
    fn inserting<M: ModelTrait>(&self, rows: &[M], then: &str) -> Result<Statement> {
        let (table, columns) = (M::Entity::default(), || <M::Entity as EntityTrait>::Column::iter());
        let (table, named) = (table.table_name(), names(columns()).join(", "));
        let sql = format!(
            "INSERT INTO {table} ({named}) SELECT {named} FROM jsonb_populate_recordset(NULL::{table}, $1::jsonb) {then}"
        );
        self.of_rows(sql, rows, &columns().collect::<Vec<_>>())
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
        let key = <M::Entity as EntityTrait>::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column);
        let same: Vec<_> =
            names(key.clone()).iter().map(|name| format!("kept.{name} = new.{name}")).collect();
        let sql = format!(
            "UPDATE {table} AS kept SET {} FROM jsonb_populate_recordset(NULL::{table}, $1::jsonb) AS new WHERE {}",
            set.join(", "),
            same.join(" AND ")
        );
        let columns: Vec<_> = key.chain(columns.iter().copied()).collect();
        self.execute_raw(self.of_rows(sql, &rows, &columns)?).await?;
        Ok(())
    }

    /// The statement whose only parameter are these columns of these rows.
    fn of_rows<M: ModelTrait>(
        &self,
        sql: String,
        rows: &[M],
        columns: &[<M::Entity as EntityTrait>::Column],
    ) -> Result<Statement> {
        let named: Vec<_> = columns.iter().map(|column| (*column, Iden::to_string(column))).collect();
        let mut json = serde_json::Serializer::new(Vec::new());
        json.collect_seq(rows.iter().map(|row| Row(row, &named))).map_err(|_| Error::Internal)?;
        let json = String::from_utf8(json.into_inner()).map_err(|_| Error::Internal)?;
        Ok(Statement::from_sql_and_values(self.get_database_backend(), sql, [json.into()]))
    }
}

/// The statements that insert these rows on SQLite.
fn inserts<M>(rows: Vec<M>) -> impl Iterator<Item = InsertMany<<M::Entity as EntityTrait>::ActiveModel>>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
{
    let at_once = VALUES / <M::Entity as EntityTrait>::Column::iter().count().max(1);
    let mut rows = rows.into_iter().map(|row| row.into_active_model().reset_all()).peekable();
    std::iter::from_fn(move || {
        rows.peek()?;
        Some(M::Entity::insert_many(rows.by_ref().take(at_once)))
    })
}

fn names(columns: impl Iterator<Item = impl Iden>) -> Vec<String> {
    columns.map(|column| format!("\"{}\"", Iden::to_string(&column))).collect()
}

/// These columns of a row as PostgreSQL reads them from JSON.
struct Row<'a, M: ModelTrait>(&'a M, &'a [(<M::Entity as EntityTrait>::Column, String)]);

impl<M: ModelTrait> Serialize for Row<'_, M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.1.iter().map(|(column, name)| (name, Field(self.0.get(*column)))))
    }
}

struct Field(Value);

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Bool(value) => value.serialize(serializer),
            Value::SmallInt(value) => value.serialize(serializer),
            Value::Int(value) => value.serialize(serializer),
            Value::BigInt(value) => value.serialize(serializer),
            Value::Double(value) => value.serialize(serializer),
            Value::String(value) => value.serialize(serializer),
            Value::Json(value) => value.serialize(serializer),
            Value::Uuid(Some(id)) => serializer.collect_str(id),
            Value::Bytes(Some(bytes)) => serializer.collect_str(&Hex(bytes)),
            Value::Uuid(None) | Value::Bytes(None) => serializer.serialize_none(),
            _ => Err(S::Error::custom("a value of another type")),
        }
    }
}

/// Bytes as PostgreSQL reads them.
struct Hex<'a>(&'a [u8]);

impl Display for Hex<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("\\x")?;
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}
