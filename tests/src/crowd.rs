//! A clinic of very many patients with a device and a reminder each, copied by SQL from one that was made by the use
//! cases.

use crate::bucket::hex;
use crate::{Clinic, MORNING, Stack, at};
use care::access::{Services, Worker, worker};
use care::clock::{Instant, SystemClock};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, Value};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Devices whose tokens are written in one statement.
const CHUNK: usize = 5_000;
const MINUTE: i64 = 60_000;

/// A clinic of very many patients.
pub struct Crowd {
    /// The clinic.
    pub clinic: Clinic,
    /// With the machine's clock.
    pub services: Arc<Services>,
}

/// What became of the reminders, by the database; lateness in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// How many were sent.
    pub sent: usize,
    /// The lateness of half of them.
    pub p50: i64,
    /// The lateness of all but one in a hundred.
    pub p99: i64,
    /// The lateness of the last.
    pub max: i64,
}

/// Copies each table's first row for the numbers 1 to n: its ids are the MD5 of what they name and the number.
const COPIES: [&str; 3] = [
    "INSERT INTO account SELECT (jsonb_populate_record(a, jsonb_build_object('id', md5('account' || n)::uuid,
        'email_index', '\\x' || md5('email' || n)))).* FROM account a, generate_series(1, $1) n
        WHERE a.id = (SELECT account_id FROM patient)",
    "INSERT INTO patient SELECT (jsonb_populate_record(p, jsonb_build_object('id', md5('patient' || n)::uuid,
        'account_id', md5('account' || n)::uuid))).* FROM patient p, generate_series(1, $1) n",
    "INSERT INTO reminder SELECT (jsonb_populate_record(r, jsonb_build_object('id', md5('reminder' || n)::uuid,
        'patient_id', md5('patient' || n)::uuid))).* FROM reminder r, generate_series(1, $1) n",
];

impl Crowd {
    /// So many patients.
    pub async fn gather(count: usize) -> Self {
        Self::gather_in(Clinic::open(Stack::Full).await, count).await
    }

    /// So many patients in this clinic, which has none.
    pub async fn gather_in(clinic: Clinic, count: usize) -> Self {
        clinic.patient("ada").await;
        clinic.device("ada").await;
        let patient = clinic.as_patient("ada").await;
        let morning = care::reminder::CreateReminder {
            id: None,
            kind: care::reminder::Kind::Exercise,
            title: None,
            when: care::reminder::When {
                times: vec!["08:00".parse().unwrap()],
                weekdays: Vec::new(),
                every_weeks: None,
                every_days: None,
                start_on: Some(at(MORNING).date_in(&jiff::tz::TimeZone::UTC)),
                end_on: None,
                count: None,
            },
            time_zone: Some("Etc/UTC".to_owned()),
            only_if_not_done: false,
            quiet_policy: care::reminder::QuietPolicy::Defer,
            late_limit_minutes: 60,
        };
        let original = care::reminder::create(&patient, morning).await.unwrap();
        let services = Arc::new(Services { clock: Arc::new(SystemClock), ..(*clinic.services).clone() });
        let crowd = Self { clinic, services };
        let owner = crowd.clinic.database.connect().await;
        let number = Value::from(i32::try_from(count).unwrap());
        for copy in COPIES {
            run(&owner, copy, vec![number.clone()]).await;
        }
        crowd.give_devices(&owner, count).await;
        run(&owner, "DELETE FROM reminder WHERE id = $1", vec![original.id.into()]).await;
        owner.close().await.unwrap();
        crowd
    }

    /// Whether the device of this number is an Android, and its token.
    pub fn token(number: usize) -> (bool, String) {
        if number.is_multiple_of(2) {
            (false, format!("{number:064x}"))
        } else {
            (true, format!("token:{number}"))
        }
    }

    async fn give_devices(&self, owner: &DatabaseConnection, count: usize) {
        for first in (1..=count).step_by(CHUNK) {
            let rows = (first..=count.min(first + CHUNK - 1)).map(|number| {
                let id = Uuid::from_u128(number as u128);
                let (android, token) = Self::token(number);
                let platform = if android { "ANDROID" } else { "IOS" };
                let sealed = care::account::seal_token(&self.services, id, &token).unwrap();
                serde_json::json!({ "id": id, "number": number, "platform": platform,
                    "token": format!("\\x{}", hex(&Value::from(sealed).unwrap::<Vec<u8>>())) })
            });
            let rows = serde_json::Value::Array(rows.collect());
            let insert = "INSERT INTO device SELECT (jsonb_populate_record(d, jsonb_build_object('id', r->>'id',
                'account_id', md5('account' || (r->>'number'))::uuid, 'platform', r->>'platform', 'token', r->>'token',
                'token_index', '\\x' || md5('token' || (r->>'number'))))).*
                FROM device d, jsonb_array_elements($1) r
                WHERE d.id = (SELECT id FROM device LIMIT 1)";
            run(owner, insert, vec![Value::Json(Some(Box::new(rows)))]).await;
        }
    }

    /// The worker's capability, with the machine's clock.
    pub fn worker(&self) -> Worker {
        worker(&self.services)
    }

    /// The full minute that it is, and so many more.
    pub fn minute(&self, minutes: i64) -> Instant {
        let now = self.services.now().0;
        Instant(now - now % MINUTE + minutes * MINUTE)
    }

    /// Lets all reminders come due once more, at this time.
    pub async fn fall_due(&self, due_at: Instant) {
        self.set_due(due_at, usize::MAX).await;
        let owner = self.clinic.database.connect().await;
        owner.execute_unprepared("VACUUM ANALYZE reminder, patient, device, account").await.unwrap();
        owner.close().await.unwrap();
    }

    /// Lets so many reminders come due at this time.
    pub async fn set_due(&self, due_at: Instant, count: usize) {
        let local = due_at.timestamp().in_tz("UTC").unwrap();
        let time = local.strftime("%H:%M:%S").to_string();
        let day = local.strftime("%Y-%m-%d").to_string();
        let slot = i32::from(local.hour()) * 60 + i32::from(local.minute());
        let sql = "UPDATE reminder SET rule = jsonb_set(rule, '{times}', jsonb_build_array($1::text)), next_due_at = $2,
            fire_at = $2, next_date = $3, next_slot = $4
            WHERE id IN (SELECT id FROM reminder ORDER BY id LIMIT $5)";
        let owner = self.clinic.database.connect().await;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        run(&owner, sql, vec![time.into(), due_at.0.into(), day.into(), slot.into(), count.into()]).await;
        owner.close().await.unwrap();
    }

    /// Waits until then.
    pub async fn wait_for(&self, at: Instant) {
        let wait = u64::try_from(at.0 - self.services.now().0).unwrap_or(0);
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }

    /// What the database knows of those that came due at this time. Lateness is counted from when each was to fire.
    pub async fn outcome(&self, due_at: Instant, smear_seconds: u32) -> Outcome {
        let owner = self.clinic.database.connect().await;
        let sql = "SELECT reminder_id, due_at, sent_at FROM reminder_delivery WHERE status = 'SENT' AND due_at = $1";
        let due = Statement::from_sql_and_values(owner.get_database_backend(), sql, [due_at.0.into()]);
        let rows = owner.query_all_raw(due).await.unwrap();
        owner.close().await.unwrap();
        let late = |row: &sea_orm::QueryResult| {
            let (id, due_at): (Uuid, i64) =
                (row.try_get("", "reminder_id").unwrap(), row.try_get("", "due_at").unwrap());
            let fires_at = care::reminder::quiet::fires_at(id, Instant(due_at), smear_seconds);
            row.try_get::<i64>("", "sent_at").unwrap() - fires_at.0
        };
        let mut lateness: Vec<i64> = rows.iter().map(late).collect();
        lateness.sort_unstable();
        let part = |percent: usize| lateness.get(lateness.len() * percent / 100).copied().unwrap_or(-1);
        Outcome {
            sent: lateness.len(),
            p50: part(50),
            p99: part(99),
            max: lateness.last().copied().unwrap_or(-1),
        }
    }
}

async fn run(owner: &DatabaseConnection, sql: &str, values: Vec<Value>) {
    let statement = Statement::from_sql_and_values(owner.get_database_backend(), sql, values);
    owner.execute_raw(statement).await.unwrap();
}
