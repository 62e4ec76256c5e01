//! What stands between h2 and the socket, because h2's server announces how many streams may be open only once:
//! its `INITIAL_WINDOW_SIZE`, which it can change at any time, is made `MAX_CONCURRENT_STREAMS` on the way out.

use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;

const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const ACK: u8 = 1;
/// What a client sends before its first frame.
const PREFACE_LENGTH: u32 = 24;

/// The window that h2 is told to announce, to announce this limit of streams. It is never smaller than the
/// window that clients begin with.
pub(super) fn window_for(streams: u16) -> u32 {
    0x1_0000 | u32::from(streams)
}

/// The limit of streams of one connection.
#[derive(Debug)]
pub(super) struct Limit {
    announced: AtomicU32,
    /// What the client has acknowledged, for streams that it opened after that.
    in_force: AtomicU32,
    after_stream: AtomicU32,
    acknowledged: Notify,
}

impl Limit {
    pub(super) fn new(streams: u16) -> Arc<Self> {
        Arc::new(Self {
            announced: AtomicU32::new(streams.into()),
            in_force: AtomicU32::new(u32::MAX),
            after_stream: AtomicU32::new(0),
            acknowledged: Notify::new(),
        })
    }

    pub(super) fn announce(&self, streams: u16) {
        self.announced.store(streams.into(), Ordering::Relaxed);
    }

    /// Ends once the client has acknowledged what was announced.
    pub(super) async fn acknowledged(&self) {
        self.acknowledged.notified().await;
    }

    /// Whether the client knew better than to open this stream beside so many others.
    pub(super) fn is_broken_by(&self, stream: u32, open: usize) -> bool {
        stream > self.after_stream.load(Ordering::Relaxed)
            && open >= self.in_force.load(Ordering::Relaxed) as usize
    }

    fn acknowledge(&self, last_stream: u32) {
        self.after_stream.store(last_stream, Ordering::Relaxed);
        self.in_force.store(self.announced.load(Ordering::Relaxed), Ordering::Relaxed);
        self.acknowledged.notify_one();
    }
}

/// Where one direction of a connection is in its frames.
#[derive(Debug, Clone, Default)]
struct Frames {
    head: [u8; 9],
    head_length: usize,
    offset: u32,
    left: u32,
}

impl Frames {
    /// Goes on by these bytes. `each` sees every head once it is complete, with an empty range, and every part
    /// of a payload: its head, how much of the payload came before, and where in `bytes` it is.
    fn follow(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8; 9], u32, Range<usize>)) {
        let mut at = 0;
        while at < bytes.len() {
            if self.left > 0 {
                let length = (self.left as usize).min(bytes.len() - at);
                each(&self.head, self.offset, at..at + length);
                let passed = u32::try_from(length).unwrap();
                (self.offset, self.left, at) = (self.offset + passed, self.left - passed, at + length);
                continue;
            }
            self.head[self.head_length] = bytes[at];
            (self.head_length, at) = (self.head_length + 1, at + 1);
            if self.head_length == self.head.len() {
                let [a, b, c, ..] = self.head;
                (self.head_length, self.offset, self.left) = (0, 0, u32::from_be_bytes([0, a, b, c]));
                each(&self.head, 0, at..at);
            }
        }
    }
}

/// A connection whose settings are changed on the way out.
pub(super) struct Wire<S> {
    io: S,
    limit: Arc<Limit>,
    inward: Frames,
    outward: Frames,
    last_stream: u32,
}

impl<S> Wire<S> {
    pub(super) fn new(io: S, limit: Arc<Limit>) -> Self {
        let inward = Frames { left: PREFACE_LENGTH, ..Frames::default() };
        Self { io, limit, inward, outward: Frames::default(), last_stream: 0 }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { io, limit, inward, last_stream, .. } = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(io).poll_read(cx, buffer))?;
        inward.follow(&buffer.filled()[before..], |head, _, part| match head {
            [_, _, _, HEADERS, _, id @ ..] if part.is_empty() => *last_stream = u32::from_be_bytes(*id),
            [_, _, _, SETTINGS, ACK, ..] => limit.acknowledge(*last_stream),
            _ => {}
        });
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let Self { io, outward, .. } = self.get_mut();
        let (mut ahead, mut changed) = (outward.clone(), None);
        ahead.follow(bytes, |head, offset, part| {
            if head[3] == SETTINGS && !part.is_empty() {
                let copy: &mut Vec<u8> = changed.get_or_insert_with(|| bytes.to_vec());
                part.zip(offset..).for_each(|(at, position)| change(&mut copy[at], position));
            }
        });
        let written = ready!(Pin::new(io).poll_write(cx, changed.as_deref().unwrap_or(bytes)))?;
        outward.follow(&bytes[..written], |_, _, _| {});
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}

/// Changes a byte at this position of settings: each is two bytes of a name and four of a value, and the window
/// is the only one that is sent.
fn change(byte: &mut u8, position: u32) {
    match (position % 6, *byte) {
        (1, 4) => *byte = 3,
        (3, 1) => *byte = 0,
        _ => {}
    }
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
