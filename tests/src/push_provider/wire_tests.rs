use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const HEADERS_OF_3: [u8; 10] = [0, 0, 1, HEADERS, 4, 0, 0, 0, 3, 0x82];
const ACKNOWLEDGED: [u8; 9] = [0, 0, 0, SETTINGS, ACK, 0, 0, 0, 0];

#[tokio::test]
async fn a_window_becomes_a_limit_however_the_bytes_are_cut() {
    let [a, b, c, d] = window_for(300).to_be_bytes();
    let data = [0, 0, 2, 0, 1, 0, 0, 0, 1, 4, 1];
    let sent = [&data[..], &[0, 0, 6, SETTINGS, 0, 0, 0, 0, 0, 0, 4, a, b, c, d], &data].concat();
    let expected = [&data[..], &[0, 0, 6, SETTINGS, 0, 0, 0, 0, 0, 0, 3, 0, 0, 1, 44], &data].concat();
    for size in 1..=sent.len() {
        let (near, mut far) = tokio::io::duplex(4096);
        let mut wire = Wire::new(near, Limit::new(1));
        for part in sent.chunks(size) {
            wire.write_all(part).await.unwrap();
        }
        let mut got = vec![0; sent.len()];
        far.read_exact(&mut got).await.unwrap();
        assert_eq!(got, expected, "in parts of {size}");
    }
}

#[tokio::test]
async fn a_limit_holds_for_streams_that_were_opened_after_it_was_acknowledged() {
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let sent = [&preface[..], &HEADERS_OF_3, &ACKNOWLEDGED].concat();
    for size in 1..=sent.len() {
        let (near, mut far) = tokio::io::duplex(4096);
        let limit = Limit::new(2);
        let mut wire = Wire::new(near, Arc::clone(&limit));
        assert!(!limit.is_broken_by(5, 2), "nothing is in force yet");
        let mut got = vec![0; sent.len()];
        far.write_all(&sent).await.unwrap();
        for part in got.chunks_mut(size) {
            wire.read_exact(part).await.unwrap();
        }
        assert_eq!(got, sent);
        limit.acknowledged().await;
        assert!(limit.is_broken_by(5, 2) && !limit.is_broken_by(5, 1) && !limit.is_broken_by(3, 2));
    }
}
