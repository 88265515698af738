//! Token answers: a client logs in with whatever the token server says, and shows no secret in events and errors.

use brightpearl_core::Output;
use crate::driving::{answers, drive};
use crate::operations::{client, operation};

const CONFIGS: [&str; 4] = [
    r#"{"account":"acme","datacentre":"use1","credentials":{"type":"oauth","app_ref":"acme_shop","dev_ref":"acme_dev",
        "grant":{"tokens":{"refresh_token":"secret-of-acme"}}}}"#,
    r#"{"account":"acme","datacentre":"use1","credentials":{"type":"oauth","app_ref":"acme_shop","dev_ref":"acme_dev",
        "client_secret":"secret-of-acme","grant":{"authorization_code":{"code":"abc",
        "redirect_uri":"https://shop.example/back"}}}}"#,
    r#"{"account":"acme","datacentre":"use1","credentials":{"type":"staff-login","app_ref":"acme_sync",
        "email":"zoe@acme.example","password":"secret-of-acme"}}"#,
    r#"{"account":"acme","datacentre":"use1","credentials":{"type":"application-login","application_id":"acme-app",
        "application_secret":"secret-of-acme"}}"#,
];

pub fn fuzz(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else { return };
    let client = client(CONFIGS[usize::from(*choice) % CONFIGS.len()]);
    let mut call = client
        .start(operation(r#"{"request":{"method":"GET","path":"order-service/order-type"}}"#))
        .expect("an operation of our own");
    let mut replied = 0;
    drive(&mut call, &[], answers(data), |output| {
        assert!(matches!(output, Output::Reply(_)), "a request puts out a reply");
        replied += 1;
    });
    assert!(replied <= 1, "{replied} replies to one request");
    // What the server repeats is not ours to know; where it does not, nothing may show the secret.
    if !data.windows(14).any(|window| window == b"secret-of-acme") {
        let events =
            format!("{:?} {client_tokens:?}", client.drain_events(), client_tokens = client.tokens());
        assert!(!events.contains("secret-of-acme"), "{events}");
    }
}
