//! The change feed between processes: Redis pub/sub around the feed of each process.

use care::live::{Change, Live};
use futures::StreamExt;
use redis::aio::ConnectionManager;
use redis::{Client, cmd};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, broadcast, mpsc, watch};
use uuid::Uuid;

/// Changes that wait to be told to other processes. Beyond, they are left out.
const WAITING: usize = 10_000;
/// How long to wait before listening is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// What one process tells the others.
#[derive(Debug, Serialize, Deserialize)]
struct Message {
    from: Uuid,
    change: Change,
}

/// The feed of an installation: what is published here is heard here at once, and in the other
/// processes while [`RedisLive::run`] runs.
pub struct RedisLive {
    /// This process.
    id: Uuid,
    local: Arc<dyn Live>,
    client: Client,
    connection: ConnectionManager,
    channel: String,
    outgoing: mpsc::Sender<Change>,
    waiting: Mutex<mpsc::Receiver<Change>>,
}

impl fmt::Debug for RedisLive {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RedisLive").field("channel", &self.channel).finish_non_exhaustive()
    }
}

impl RedisLive {
    /// The feed of the process `id` around `local`, by the Redis of `client`.
    pub fn new(
        id: Uuid,
        local: Arc<dyn Live>,
        client: Client,
        connection: ConnectionManager,
        prefix: &str,
    ) -> Self {
        let (outgoing, waiting) = mpsc::channel(WAITING);
        let (channel, waiting) = (format!("{prefix}:changes"), Mutex::new(waiting));
        Self { id, local, client, connection, channel, outgoing, waiting }
    }

    /// Tells and hears other processes until `stop` turns true. A loss of the connection is told
    /// here as [`Change::Missed`] when it is over.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        let hear = async {
            loop {
                if let Err(error) = self.hear().await {
                    tracing::warn!(%error, "changes of other processes are not heard; trying again");
                }
                tokio::time::sleep(AGAIN).await;
            }
        };
        tokio::select! {
            () = hear => {}
            () = self.tell() => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }

    async fn tell(&self) {
        let mut waiting = self.waiting.lock().await;
        while let Some(change) = waiting.recv().await {
            let Ok(text) = serde_json::to_string(&Message { from: self.id, change }) else { continue };
            let told: Result<(), _> =
                cmd("PUBLISH").arg(&self.channel).arg(text).query_async(&mut self.connection.clone()).await;
            if let Err(error) = told {
                tracing::debug!(%error, "a change was not told to other processes");
            }
        }
    }

    async fn hear(&self) -> redis::RedisResult<()> {
        let mut subscription = self.client.get_async_pubsub().await?;
        subscription.subscribe(&self.channel).await?;
        // What was said before nobody here has heard.
        self.local.publish(Change::Missed);
        let mut messages = subscription.on_message();
        while let Some(message) = messages.next().await {
            let heard: Option<Message> = serde_json::from_slice(message.get_payload_bytes()).ok();
            if let Some(message) = heard.filter(|message| message.from != self.id) {
                self.local.publish(message.change);
            }
        }
        Ok(())
    }
}

impl Live for RedisLive {
    fn publish(&self, change: Change) {
        self.local.publish(change);
        // Others look by themselves now and then, so a change left out is only told later.
        if self.outgoing.try_send(change).is_err() {
            tracing::debug!("a change was left out: too many wait to be told");
        }
    }

    fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.local.subscribe()
    }
}
