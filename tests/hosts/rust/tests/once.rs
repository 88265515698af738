//! The transport sends no write twice by itself, whatever becomes of its connection and whatever is answered.

use brightpearl_core::{Headers, Method, Request, TransportFailure};
use brightpearl_host_rust::transport::Transport;
use brightpearl_host_rust::vanishing::{Ending, MISFORTUNES, STATUSES, Seen, Vanishing};

#[test]
fn a_write_is_sent_once_when_its_connection_is_lost() {
    for ending in MISFORTUNES {
        for (method, body) in writes() {
            let server = Vanishing::start(ending).unwrap();
            let transport = Transport::default();
            transport.transmit(&request(Method::Get, &server, Vec::new())).unwrap();
            let size = body.len();
            let failure = transport.transmit(&request(method, &server, body)).unwrap_err();
            assert!(
                matches!(failure, TransportFailure::MaybeSent(_)),
                "{ending:?}, {method:?} of {size} bytes: {failure:?}"
            );
            assert_eq!(
                server.seen(),
                Seen { connections: 1, reads: 1, writes: 1 },
                "{ending:?}, {method:?} of {size} bytes"
            );
        }
    }
}

#[test]
fn a_write_is_sent_once_whatever_is_answered() {
    for status in STATUSES {
        for (method, body) in writes() {
            let server = Vanishing::start(Ending::Status(status)).unwrap();
            let transport = Transport::default();
            transport.transmit(&request(Method::Get, &server, Vec::new())).unwrap();
            let answer = transport.transmit(&request(method, &server, body)).unwrap();
            assert_eq!(answer.status, status);
            assert_eq!((server.seen().reads, server.seen().writes), (1, 1), "{status}, {method:?}");
        }
    }
}

/// Of the largest, most is still to be sent when the server closes after the head.
fn writes() -> [(Method, Vec<u8>); 4] {
    [
        (Method::Post, b"{\"text\": \"Picked\"}".to_vec()),
        (Method::Post, Vec::new()),
        (Method::Put, vec![b'x'; 8 << 20]),
        (Method::Delete, Vec::new()),
    ]
}

fn request(method: Method, server: &Vanishing, body: Vec<u8>) -> Request {
    Request { method, url: format!("{}/a", server.url), headers: Headers::default(), body }
}
