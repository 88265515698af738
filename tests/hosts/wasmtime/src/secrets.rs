//! Clients of every scheme in the component, against answers that echo all that was sent, in every form: nothing that
//! the component says shows a secret. `secrets COMPONENT`.

#[path = "../../../../core/tests/echoes/mod.rs"]
mod echoes;

use std::path::Path;
use std::process::ExitCode;

use brightpearl_host_wasmtime::component::{Instance, Loaded};
use brightpearl_host_wasmtime::types::{Output, Response, Step, TransportFailure};
use serde_json::{Value, json};
use wasmtime::component::ResourceAny;
use wasmtime::{Result, format_err};

const GIVEN: &str = "Zq7-Wx9_Kv3/9e3779b97f4a7c15+Lm5Np8Rt2==";
const OTHER: &str = "Yr6-Vw8_Ju2/3c6ef372fe94f82a+Kk4Mo7Qs1==";
const ISSUED: &str = "Xs5-Uv7_It1/daa66d2c7ddf743f+Jj3Ln6Pr0==";

/// So many characters of a secret in a row do not come about by chance.
const PART: usize = 6;

fn schemes() -> [(Value, &'static [&'static str]); 5] {
    [
        (json!({"type": "private-app", "app_ref": "acme_sync", "account_token": GIVEN}), &[GIVEN]),
        (json!({"type": "legacy-session", "email": "a@example.com", "password": GIVEN}), &[GIVEN, ISSUED]),
        (
            json!({"type": "application-login", "application_id": "acme", "application_secret": GIVEN,
                   "token_header": "X-Of-Our-Own"}),
            &[GIVEN, ISSUED],
        ),
        (
            json!({"type": "public-app", "dev_ref": "acme", "app_ref": "acme_shop", "account_token": GIVEN,
                   "dev_secret": OTHER}),
            &[GIVEN, OTHER],
        ),
        (
            json!({"type": "oauth", "dev_ref": "acme", "app_ref": "acme_shop", "client_secret": GIVEN,
                   "grant": {"tokens": {"refresh_token": OTHER}}}),
            &[GIVEN, OTHER, ISSUED],
        ),
    ]
}

fn operations() -> [Value; 6] {
    let write =
        json!({"method": "PUT", "path": "order-service/order/5/status", "body": r#"{"orderStatusId":1}"#});
    [
        json!({"request": {"method": "GET", "path": "order-service/order-type"}}),
        json!({"request": write}),
        json!({"search": {"resource": "order-service/order-search"}}),
        json!({"fetch": {"resource": "order-service/order", "ids": "1-3"}}),
        json!({"batch": {"requests": [write, write]}}),
        json!({"task": {"name": "add-order-note", "arguments": {"orderId": 1, "text": "x"}}}),
    ]
}

/// The answer of a turn.
fn answer(echo: &str, turn: usize) -> Response {
    let echo = echo.replace('"', "'");
    let said = match turn % 6 {
        0 => format!(r#"{{"errors":[{{"code":"X","message":"{echo}"}}]}}"#),
        1 => format!(r#"{{"response":"You said {echo}"}}"#),
        2 => format!(r#"{{"error":"invalid_grant","error_description":"{echo}"}}"#),
        3 => format!(r#"{{"said":"{echo}"}}"#),
        4 => format!("<html>You said {echo}"),
        _ => format!("abcdefghijklmno{echo}"),
    };
    Response { status: [401, 400, 200, 500, 302][turn % 5], headers: Vec::new(), body: said.into_bytes() }
}

/// Drives a call to its end, and notes what it says.
fn drive(
    instance: &mut Instance,
    call: ResourceAny,
    turn: &mut usize,
    echoes: &[String],
    said: &mut Vec<String>,
) -> Result<()> {
    let mut now = 1_782_864_000_000;
    loop {
        let (store, calls) = instance.call();
        match calls.call_poll(&mut *store, call, now)? {
            Ok(Step::Send(exchange)) => {
                *turn += 1;
                let echo = &echoes[*turn % echoes.len()];
                let done = if !exchange.request.url.contains("/public-api/") {
                    let tokens = json!({"response": ISSUED, "access_token": ISSUED, "expires_in": 604_800});
                    let granted =
                        Response { status: 200, headers: Vec::new(), body: tokens.to_string().into_bytes() };
                    calls.call_answer(store, call, exchange.id, &granted, now)?
                } else if turn.is_multiple_of(7) {
                    let failure = TransportFailure::MaybeSent(format!("a proxy said: {echo}"));
                    calls.call_fail(store, call, exchange.id, &failure, now)?
                } else {
                    calls.call_answer(store, call, exchange.id, &answer(echo, *turn), now)?
                };
                said.extend(done.err().map(|error| format!("{error:?} {error}")));
            }
            Ok(Step::Wait(wait)) => now = wait.until,
            // An answer is repeated as it came; what is said of a failure is our own.
            Ok(Step::Output(Output::Data(data))) => {
                said.extend(data.items.into_iter().filter(|item| item.contains(r#","error":{"#)));
            }
            Ok(Step::Output(_) | Step::Pending | Step::Feed(_)) => {}
            Ok(Step::Done) => break,
            Err(error) => {
                said.push(format!("{error:?} {error}"));
                break;
            }
        }
    }
    let (store, calls) = instance.call();
    said.push(format!("{:?}", calls.call_checkpoint(store, call)?));
    instance.release(call)
}

/// What the texts show of a secret.
fn shown(secret: &str, said: &[String]) -> Option<String> {
    said.iter().find_map(|text| {
        echoes::every_form(secret).into_iter().find_map(|(form, echo)| {
            let characters: Vec<char> = echo.chars().collect();
            let size = characters.len() * PART / secret.len();
            let mut parts = characters.windows(size).map(|part| part.iter().collect::<String>());
            parts.find(|part| text.contains(part.as_str())).map(|part| format!("{part} of {form} in {text}"))
        })
    })
}

fn check(component: &Loaded) -> Result<()> {
    for (credentials, secrets) in schemes() {
        let mut instance = component.instantiate()?;
        let config = json!({"account": "acme", "datacentre": "use1", "credentials": credentials,
                            "retry": {"max_attempts": 2, "base_ms": 1, "cap_ms": 1}});
        let (store, clients) = instance.client();
        let client = clients.call_open_json(store, &config.to_string(), None)??;
        let echoes: Vec<String> =
            secrets.iter().flat_map(|secret| echoes::every_form(secret)).map(|(_, echo)| echo).collect();
        let (mut said, mut turn) = (Vec::new(), 0);
        // The first turns bring the tokens, before they are echoed.
        while turn < 2 * echoes.len() {
            for operation in operations() {
                let (store, clients) = instance.client();
                let call = clients.call_start_json(store, client, &operation.to_string())??;
                drive(&mut instance, call, &mut turn, &echoes, &mut said)?;
            }
        }
        let (store, clients) = instance.client();
        said.push(format!("{:?}", clients.call_drain_events(store, client)?));
        said.sort_unstable();
        said.dedup();
        if !said.iter().any(|text| text.contains("[redacted]")) {
            return Err(format_err!("nothing was blanked for {credentials}"));
        }
        if let Some(part) = secrets.iter().find_map(|secret| shown(secret, &said)) {
            return Err(format_err!("{part}"));
        }
    }
    let mut instance = component.instantiate()?;
    let (store, discovery) = instance.discovery();
    let is_secret = discovery.call_header_is_secret(&mut *store, "X-Of-Our-Own")?;
    if !is_secret || discovery.call_header_is_secret(store, "date")? {
        return Err(format_err!("the wrong headers are secret"));
    }
    Ok(())
}

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: secrets COMPONENT");
        return ExitCode::from(2);
    };
    match Loaded::quickly_from_file(Path::new(&path)).and_then(|component| check(&component)) {
        Ok(()) => {
            println!("no secret is shown");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:?}");
            ExitCode::FAILURE
        }
    }
}
