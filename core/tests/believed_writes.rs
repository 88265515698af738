//! What is believed of a write: a refusal in Brightpearl's own words, and an answer that gives what such a write gives.
//! Whatever else comes back leaves it in doubt, and what is in doubt is looked for.

use crate::small_account::{Account, Given, Ran, altered, client, push_of, run};
use brightpearl_core::operation::{Existing, Json, Push, SingleRequest as Asked};
use brightpearl_core::{Delivery, Kind, Method, Request, Response};

const ORDER: &str = r#"{"ref":"A-1","customer":{"id":7},"currency":{"code":"USD"},"rows":[
    {"productId":1007,"quantity":"1","net":"1.00","tax":"0.00","taxCode":"T20"}]}"#;

/// What a gateway, a firewall or a login page says.
const PAGES: [&str; 7] = [
    "",
    "<html><body>Log in</body></html>",
    r#"{"message":"Forbidden"}"#,
    r#"{"timestamp":1,"status":404,"error":"Not Found"}"#,
    r#"{"errors":[{"message":"blocked"}]}"#,
    r#"{"response":"Your session at the corporate proxy has ended, please log in"}"#,
    r#"{"response":"WAF: too many requests"}"#,
];

/// What says nothing of a creation.
const EMPTY: [(u16, &str); 6] = [
    (204, ""),
    (200, ""),
    (200, "{}"),
    (200, r#"{"response":null}"#),
    (200, r#"{"errors":[{"code":"CMNU-003","message":"no"}]}"#),
    (202, r#"{"status":"accepted"}"#),
];

fn is_write(request: &Request) -> bool {
    !matches!(request.method, Method::Get | Method::Options)
}

/// Sends one creation, whose first answer is this instead of Brightpearl's own.
fn create(status: u16, body: &str) -> Ran {
    let asked = Asked::new(Method::Post, "order-service/sales-order").body(ORDER);
    let call = client("").request(asked).unwrap();
    run(call, &mut Account::new(), |_, _| Given::After(Response::new(status, body)))
}

#[test]
fn only_brightpearls_own_words_refuse_a_write() {
    for status in [301, 302, 307, 400, 401, 403, 404, 408, 409, 410, 412, 413, 422, 451, 499] {
        for body in PAGES {
            let ran = create(status, body);
            let error = ran.error.unwrap();
            assert_eq!(error.delivery(), Delivery::MaybeApplied, "{status} {body}");
            assert!(!error.verifications().is_empty(), "it can be found out: {status} {body}");
            assert_eq!(ran.sent.len(), 1, "a creation is not sent again: {status} {body}");
        }
        let own = r#"{"errors":[{"code":"ORDC-003","message":"You have supplied an invalid order id"}]}"#;
        if status >= 400 {
            let error = create(status, own).error.unwrap();
            // Something has waited in vain, whoever says so.
            let expected = if status == 408 { Delivery::MaybeApplied } else { Delivery::Rejected };
            assert_eq!(error.delivery(), expected, "{status}");
        }
    }
}

#[test]
fn a_creation_is_done_by_an_answer_with_its_id() {
    for (status, body) in EMPTY {
        let error = create(status, body).error.unwrap();
        assert_eq!(
            (error.kind(), error.delivery()),
            (Kind::Protocol, Delivery::MaybeApplied),
            "{status} {body}"
        );
    }
    assert_eq!(create(200, r#"{"response":7}"#).replies, [r#"{"response":7}"#]);
}

#[test]
fn what_answers_nothing_is_done_by_an_empty_answer() {
    for (status, body, is_done) in [
        (200, "{}", true),
        (200, r#"{"response":null}"#, true),
        (200, "", false),
        (204, "", false),
        (202, "{}", false),
        (206, "{}", false),
        (200, r#"{"error":"login_required"}"#, false),
        (200, r#"{"success":false}"#, false),
        (200, r#"{"response":"Please log in"}"#, false),
        (200, r#"{"errors":null}"#, false),
        (200, r#"{"errors":[{"code":"X"}]}"#, false),
    ] {
        let asked = Asked::new(Method::Put, "order-service/order/7/status").body(r#"{"orderStatusId":3}"#);
        let call = client(r#","retry":{"max_attempts":1}"#).request(asked).unwrap();
        let ran = run(call, &mut Account::new(), |_, _| Given::Instead(Response::new(status, body)));
        assert_eq!(ran.error.is_none(), is_done, "{status} {body}");
    }
}

#[test]
fn a_push_doubles_and_loses_nothing_whatever_a_gateway_says_of_its_writes() {
    for numbers in [&["A"][..], &["A", "B", "C"]] {
        for is_carried_out in [true, false] {
            let words = [302, 401, 403, 404, 408, 409].into_iter().map(|status| (status, PAGES[1]));
            for (status, body) in words.chain(EMPTY) {
                let mut account = Account::new();
                let mut lies = 1;
                let call = client("").push(push_of(numbers)).unwrap();
                let ran = run(call, &mut account, |request, _| {
                    if !is_write(request) || lies == 0 {
                        return Given::Own;
                    }
                    lies -= 1;
                    let instead = Response::new(status, body);
                    if is_carried_out { Given::After(instead) } else { Given::Instead(instead) }
                });
                let told = format!("{status} {body} {is_carried_out} {:?}", ran.outcomes);
                assert_eq!(ran.states(), vec!["created"; numbers.len()], "{told}");
                for number in numbers {
                    assert_eq!(account.ids_of(number).len(), 1, "{told}");
                }
                assert!(ran.outcomes.iter().all(|outcome| outcome.id.is_some()), "{told}");
            }
        }
    }
}

#[test]
fn a_part_of_a_packet_that_gives_no_id_is_looked_for() {
    for content in ["{}", "", r#"{\"errors\":[{\"code\":\"CMNU-003\"}]}"#] {
        for is_carried_out in [true, false] {
            let mut account = Account::new();
            let mut lies = 1;
            let call = client("").push(push_of(&["A", "B"])).unwrap();
            let ran = run(call, &mut account, |request, account| {
                if !is_write(request) || lies == 0 {
                    return Given::Own;
                }
                lies -= 1;
                let mut heard = account.clone();
                let answer = altered(&heard.serve(request), |body| {
                    let parts = body["response"]["processedMessages"].as_array_mut().expect("parts");
                    parts[1]["body"]["content"] = content.replace('\\', "").into();
                });
                if is_carried_out { Given::After(answer) } else { Given::Own }
            });
            assert_eq!(ran.states(), ["created", "created"], "{content}");
            assert_eq!((account.ids_of("A").len(), account.ids_of("B").len()), (1, 1), "{content}");
        }
    }
}

#[test]
fn a_part_of_a_packet_is_judged_as_it_would_be_by_itself() {
    for (status, content) in [
        (404, "<html>"),
        (403, r#"{"message":"Forbidden"}"#),
        (408, ""),
        (302, ""),
        (404, r#"{"errors":[{"code":"NOT_FOUND","title":"no such route"}]}"#),
    ] {
        for is_carried_out in [true, false] {
            let mut account = Account::new();
            let mut lies = 1;
            let ran =
                run(client("").push(push_of(&["A", "B"])).unwrap(), &mut account, |request, account| {
                    if !is_write(request) || lies == 0 {
                        return Given::Own;
                    }
                    lies -= 1;
                    let answer = altered(&account.clone().serve(request), |body| {
                        for part in body["response"]["processedMessages"].as_array_mut().expect("parts") {
                            part["statusCode"] = status.into();
                            part["body"]["content"] = content.into();
                        }
                    });
                    if is_carried_out { Given::After(answer) } else { Given::Instead(answer) }
                });
            assert_eq!(ran.states(), ["created", "created"], "{status} {content} {:?}", ran.outcomes);
            assert_eq!((account.ids_of("A").len(), account.ids_of("B").len()), (1, 1), "{status} {content}");
        }
    }
}

#[test]
fn an_id_that_was_given_before_is_another_ones() {
    let mut account = Account::new();
    let mut lies = 1;
    let ran = run(client("").push(push_of(&["A", "B"])).unwrap(), &mut account, |request, account| {
        if !is_write(request) || lies == 0 {
            return Given::Own;
        }
        lies -= 1;
        Given::After(altered(&account.clone().serve(request), |body| {
            let parts = body["response"]["processedMessages"].as_array_mut().expect("parts");
            parts[1]["body"] = parts[0]["body"].clone();
        }))
    });
    assert_eq!(ran.states(), ["created", "created"]);
    for outcome in &ran.outcomes {
        assert_eq!(outcome.id, Some(outcome.record + 1), "{outcome:?}");
    }
}

#[test]
fn an_answer_to_another_request_creates_nothing() {
    // It was not carried out, and the id is that of something else, or of nothing.
    for id in [1, 99] {
        let mut account = Account::with_orders(1);
        let mut lies = 1;
        let journal = run(client("").push(push_of(&["A"])).unwrap(), &mut account, |request, _| {
            if !is_write(request) || lies == 0 {
                return Given::Own;
            }
            lies -= 1;
            Given::Instead(Response::new(200, format!(r#"{{"response":{id}}}"#)))
        });
        assert_eq!(journal.states(), ["maybe-applied"], "{id} {:?}", journal.outcomes);
        assert_eq!(journal.outcomes[0].id, None);
        let again = Push { journal: Some(journal.journal), ..push_of(&["A"]) };
        let second = run(client("").push(again).unwrap(), &mut account, |_, _| Given::Own);
        assert_eq!((second.states(), account.ids_of("A").len()), (vec!["created"], 1), "{id}");
    }
}

#[test]
fn a_look_that_names_another_order_changes_nothing_of_it() {
    let mut account = Account::with_orders(2);
    let push = Push { existing: Existing::Update, ..push_of(&["O-1"]) };
    let ran = run(client("").push(push).unwrap(), &mut account, |request, account| {
        if !request.url.contains("-search") {
            return Given::Own;
        }
        Given::Instead(altered(&account.clone().serve(request), |body| {
            for row in body["response"]["results"].as_array_mut().expect("rows") {
                row.as_array_mut()
                    .expect("a row")
                    .iter_mut()
                    .filter(|cell| **cell == 1)
                    .for_each(|cell| *cell = 2.into());
            }
        }))
    });
    assert_eq!(ran.states(), ["rejected"]);
    assert!(ran.outcomes[0].reason.as_deref().unwrap().contains("another record"), "{:?}", ran.outcomes);
    assert!(ran.requests.iter().all(|request| !is_write(request)));
}

#[test]
fn without_a_key_a_creation_without_an_id_may_be_applied() {
    let mapping = r#"{"version": 1, "name": "addresses", "target": "contact-service/postal-address",
        "fields": [{"to": "/addressLine1", "from": "street"}, {"to": "/postalCode", "value": "BS1"},
                   {"to": "/countryIsoCode", "value": "GBR"}]}"#;
    for (status, body) in EMPTY {
        let record = Json::new(r#"{"street":"1 Row"}"#).unwrap();
        let push = Push {
            records: Some(vec![record]),
            journal: Some(String::new()),
            ..Push::writing(mapping).unwrap()
        };
        let call = client("").push(push).unwrap();
        let ran = run(call, &mut Account::new(), |_, _| Given::Instead(Response::new(status, body)));
        assert_eq!(ran.states(), ["maybe-applied"], "{status} {body} {:?}", ran.outcomes);
        assert!(!ran.journal.contains("created"), "{}", ran.journal);
    }
}

#[test]
fn what_a_journal_says_to_be_created_without_an_id_is_looked_for() {
    let mut account = Account::new();
    let call = client("").push(push_of(&["A"])).unwrap();
    let first = run(call, &mut account, |_, _| Given::Own);
    let told = first.journal.replace(r#","id":1"#, "");
    assert_ne!(told, first.journal);
    account.orders.clear();
    let push = Push { journal: Some(told), ..push_of(&["A"]) };
    let second = run(client("").push(push).unwrap(), &mut account, |_, _| Given::Own);
    assert_eq!((second.states(), account.ids_of("A").len()), (vec!["created"], 1));
}
