//! Writing many rows at once.

use super::Tx;
use crate::error::{Error, Result};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, EntityName, EntityTrait, IdenStatic, IntoActiveModel, Iterable,
    ModelTrait, PrimaryKeyToColumn, QueryResult, QueryTrait, Statement, Value,
};
use std::collections::HashSet;
use std::fmt::{Display, Write};
use uuid::Uuid;

/// SQLite takes so many values in a statement.
const VALUES: usize = 32_766;

type ColumnOf<M> = <<M as ModelTrait>::Entity as EntityTrait>::Column;

/// What is done where the key of a row is taken.
#[derive(Debug, Clone, Copy)]
enum Taken {
    Fails,
    Replaces,
    LeavesOut,
}

impl Taken {
    /// The end of the statement, the same for both databases.
    fn then<M: ModelTrait>(self, columns: &[ColumnOf<M>]) -> String {
        let (keys, rest): (Vec<_>, Vec<_>) = names(columns).into_iter().partition(|name| is_key::<M>(name));
        match self {
            Self::Fails => String::new(),
            Self::LeavesOut => " ON CONFLICT DO NOTHING RETURNING \"id\"".to_owned(),
            Self::Replaces => format!(
                " ON CONFLICT ({}) DO UPDATE SET {}",
                listed(&keys, str::to_owned),
                listed(&rest, |name| format!("{name} = excluded.{name}"))
            ),
        }
    }
}

impl Tx {
    /// Inserts these rows, in one statement on PostgreSQL: it takes each column as one parameter, an array, which it
    /// reads several times faster than a parameter for each of thousands of values.
    pub(crate) async fn insert_all<M>(&self, rows: Vec<M>) -> Result<()>
    where
        M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    {
        self.write_all(rows, Taken::Fails).await?;
        Ok(())
    }

    /// The same, but a row whose key there is already takes the place of the one that has it.
    pub(crate) async fn put_all<M>(&self, rows: Vec<M>) -> Result<()>
    where
        M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    {
        self.write_all(rows, Taken::Replaces).await?;
        Ok(())
    }

    /// The same, but a row whose key there is already is left out; answers the ids of the others.
    pub(crate) async fn insert_new<M>(&self, rows: Vec<M>) -> Result<HashSet<Uuid>>
    where
        M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    {
        let written = self.write_all(rows, Taken::LeavesOut).await?;
        written.iter().map(|row| Ok(row.try_get("", "id")?)).collect()
    }

    async fn write_all<M>(&self, rows: Vec<M>, taken: Taken) -> Result<Vec<QueryResult>>
    where
        M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let columns: Vec<_> = ColumnOf::<M>::iter().collect();
        let (table, backend) = (M::Entity::default(), self.get_database_backend());
        if self.locks_rows() {
            let (arrays, values) = arrays(&rows, &columns)?;
            let told = listed(&names(&columns), str::to_owned);
            let then = taken.then::<M>(&columns);
            let table = table.table_name();
            let sql = format!("INSERT INTO {table} ({told}) SELECT * FROM unnest({arrays}){then}");
            return Ok(self.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await?);
        }
        let mut written = Vec::new();
        for rows in rows.chunks(VALUES / columns.len().max(1)) {
            let rows = rows.iter().cloned().map(|row| row.into_active_model().reset_all());
            let mut statement = M::Entity::insert_many(rows).build(backend);
            statement.sql.push_str(&taken.then::<M>(&columns));
            written.extend(self.query_all_raw(statement).await?);
        }
        Ok(written)
    }

    /// Writes these columns of rows that exist, in one statement on PostgreSQL.
    pub(crate) async fn update_all<M>(&self, rows: Vec<M>, columns: &[ColumnOf<M>]) -> Result<()>
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
        let keys: Vec<_> = keys::<M>().collect();
        let told: Vec<_> = keys.iter().chain(columns).copied().collect();
        let (arrays, values) = arrays(&rows, &told)?;
        let set = listed(&names(columns), |name| format!("{name} = new.{name}"));
        let same: Vec<_> = names(&keys).iter().map(|name| format!("kept.{name} = new.{name}")).collect();
        let sql = format!(
            "UPDATE {} AS kept SET {set} FROM unnest({arrays}) AS new ({}) WHERE {}",
            M::Entity::default().table_name(),
            listed(&names(&told), str::to_owned),
            same.join(" AND ")
        );
        self.execute_raw(Statement::from_sql_and_values(self.get_database_backend(), sql, values)).await?;
        Ok(())
    }
}

fn keys<M: ModelTrait>() -> impl Iterator<Item = ColumnOf<M>> {
    <M::Entity as EntityTrait>::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column)
}

fn is_key<M: ModelTrait>(name: &str) -> bool {
    keys::<M>().any(|key| key.as_str() == name)
}

fn names(columns: &[impl IdenStatic]) -> Vec<&'static str> {
    columns.iter().map(IdenStatic::as_str).collect()
}

/// What `each` makes of the names, as quoted, with commas between.
fn listed(names: &[&str], each: impl Fn(&str) -> String) -> String {
    names.iter().map(|name| each(&format!("\"{name}\""))).collect::<Vec<_>>().join(", ")
}

/// These columns of the rows as arrays: the parameters with their types, and their values as texts.
fn arrays<M: ModelTrait>(rows: &[M], columns: &[ColumnOf<M>]) -> Result<(String, Vec<Value>)> {
    let (mut parameters, mut values) = (Vec::new(), Vec::new());
    for column in columns {
        let (mut array, mut of) = ("{".to_owned(), "text");
        for row in rows {
            of = add(&mut array, row.get(*column))?;
            array.push(',');
        }
        array.pop();
        array.push('}');
        values.push(Value::String(Some(array)));
        parameters.push(format!("${}::{of}[]", values.len()));
    }
    Ok((parameters.join(", "), values))
}

/// Adds a value to the text of an array; answers its type.
fn add(array: &mut String, value: Value) -> Result<&'static str> {
    Ok(match value {
        Value::Bool(value) => plain(array, value, "bool"),
        Value::SmallInt(value) => plain(array, value, "int2"),
        Value::Int(value) => plain(array, value, "int4"),
        Value::BigInt(value) => plain(array, value, "int8"),
        Value::Double(value) => plain(array, value, "float8"),
        Value::Uuid(value) => plain(array, value, "uuid"),
        Value::String(value) => quoted(array, value, "text"),
        Value::Bytes(value) => quoted(array, value.map(|bytes| hex(&bytes)), "bytea"),
        Value::Json(value) => quoted(array, value.map(|json| json.to_string()), "jsonb"),
        _ => return Err(Error::Internal),
    })
}

fn plain(array: &mut String, value: Option<impl Display>, of: &'static str) -> &'static str {
    // Writing to a string never fails.
    let _ = match value {
        Some(value) => write!(array, "{value}"),
        None => write!(array, "NULL"),
    };
    of
}

fn quoted(array: &mut String, value: Option<String>, of: &'static str) -> &'static str {
    let Some(value) = value else { return plain(array, None::<&str>, of) };
    array.push('"');
    for letter in value.chars() {
        if matches!(letter, '"' | '\\') {
            array.push('\\');
        }
        array.push(letter);
    }
    array.push('"');
    of
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0');
    let digits = bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    ['\\', 'x'].into_iter().chain(digits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_elements_of_an_array_whatever_is_in_them() {
        let array = |values: [Value; 3]| {
            let mut array = String::new();
            for value in values {
                add(&mut array, value).unwrap();
                array.push(',');
            }
            array
        };
        let texts = [r#"a "b" \ {c,d}"#, "NULL", ""].map(|text| Value::String(Some(text.to_owned())));
        assert_eq!(array(texts), r#""a \"b\" \\ {c,d}","NULL","","#);
        let other = [Value::Bytes(Some(vec![0, 0x1f, 0xff])), Value::Int(Some(-7)), Value::Uuid(None)];
        assert_eq!(array(other), r#""\\x001fff",-7,NULL,"#);
        let json = Value::Json(Some(Box::new(json!({ "a": "\"" }))));
        assert_eq!(
            array([json, Value::Double(Some(0.1)), Value::Bool(Some(true))]),
            r#""{\"a\":\"\\\"\"}",0.1,true,"#
        );
    }
}
