//! Creations that Brightpearl answers in a way that leaves open under which id they are there, or refuses since they are.

use crate::small_account::{Account, Given, ORDERS, client, push_of, run};
use serde_json::json;

use brightpearl_core::operation::Push;
use brightpearl_core::{Method, Response};

#[test]
fn a_creation_with_an_id_that_is_greater_than_any_is_looked_for() {
    for answer in [r#"{"response":184467440737095516160}"#, r#"{"response":"99999999999999999999999"}"#] {
        let mut account = Account::new();
        let call = client("").push(push_of(&["A"])).unwrap();
        let ran = run(call, &mut account, |request, _| match request.method {
            Method::Post => Given::After(Response::new(200, answer)),
            _ => Given::Own,
        });
        assert_eq!(ran.states(), ["created"], "{answer}");
        let id = ran.outcomes[0].id;
        assert_eq!(id.into_iter().collect::<Vec<_>>(), account.ids_of("A"), "{answer}");
    }
}

#[test]
fn a_creation_that_is_refused_since_it_is_there_is_found() {
    let mut account = Account::new();
    // The reference of another system is one that no two orders have.
    let mapping = ORDERS.replacen("\"fields\": [", r#""fields": [{"to": "/externalRef", "from": "number"}, {"to": "/installedIntegrationInstanceId", "value": 3}, "#, 1);
    let push = Push { mapping: Push::writing(&mapping).unwrap().mapping, ..push_of(&["A"]) };
    let call = client("").push(push).unwrap();
    let refusal = r#"{"errors":[{"code":"ORDC-900","message":"externalRef is already in use"}]}"#;
    let ran = run(call, &mut account, |request, _| match request.method {
        // Somebody else was faster by a moment.
        Method::Post => Given::After(Response::new(409, refusal)),
        _ => Given::Own,
    });
    assert_eq!(ran.states(), ["unchanged"]);
    assert_eq!(ran.outcomes[0].id.into_iter().collect::<Vec<_>>(), account.ids_of("A"));
    assert_eq!(account.ids_of("A").len(), 1);
}

#[test]
fn answers_that_were_exchanged_double_nothing() {
    let mut account = Account::new();
    let call = client("").push(push_of(&["A", "B"])).unwrap();
    let ran = run(call, &mut account, |request, _| match request.method {
        Method::Post => {
            let word = |label, id| json!({"label": label, "statusCode": 200, "body": {"content": format!(r#"{{"response":{id}}}"#)}});
            let words = [word("request-0", 2), word("request-1", 1)];
            Given::After(Response::new(200, json!({"response": {"processedMessages": words}}).to_string()))
        }
        _ => Given::Own,
    });
    assert_eq!(ran.states(), ["created", "created"]);
    for (outcome, number) in ran.outcomes.iter().zip(["A", "B"]) {
        assert_eq!(outcome.id.into_iter().collect::<Vec<_>>(), account.ids_of(number), "{outcome:?}");
        let reason = outcome.reason.as_deref().unwrap_or_default();
        assert!(reason.contains("the answer to its write named another one"), "{reason}");
    }
}
