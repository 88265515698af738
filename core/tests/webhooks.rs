//! Webhooks: whether a notification is genuine, what it says, what is to be read, and what has to be registered (API notes
//! §7).

use std::collections::BTreeSet;

use brightpearl_core::webhook::{
    Notification, Receipt, ReceivedRequest, RemovalReason, Unaccepted, WebhookReceiver, coalesce, plan,
};
use brightpearl_core::{Kind, ask};
use proptest::prelude::*;
use serde_json::{Value, json};

const NEW: &str = "new-secret-0123456789";
const OLD: &str = "old-secret-0123456789";
const OTHER: &str = "other-secret-012345678";
/// 2024-02-03T09:08:07.123Z.
const RAISED: u64 = 1_706_951_287_123;
const NOW: u64 = RAISED + 2_000;

fn declared() -> Value {
    json!({
        "accounts": [{"account": "acct", "secrets": [NEW, OLD]}, {"account": "other", "secrets": [OTHER]}],
        "public_url": "https://hooks.example.com/brightpearl",
        "subscriptions": ["order.modified", "goods-out-note", "product.modified.on-hand-modified"],
    })
}

fn receiver() -> WebhookReceiver {
    WebhookReceiver::from_json(&declared().to_string()).unwrap()
}

fn said(event: &str, ids: &str) -> Value {
    let (resource_type, happening) = event.split_once('.').unwrap();
    json!({
        "accountCode": "acct", "resourceType": resource_type, "id": ids,
        "lifecycleEvent": happening.split('.').next().unwrap(), "fullEvent": event,
        "raisedOn": "2024-02-03T09:08:07.123Z", "brightpearlVersion": "4.95.2936",
    })
}

fn post(secret: &str, body: &Value) -> Receipt {
    let url = format!("/brightpearl?secret={secret}");
    let body = body.to_string();
    receiver().receive(&ReceivedRequest { method: "POST", url: &url, body: body.as_bytes() }, NOW)
}

fn accepted(receipt: Receipt) -> (Notification, usize) {
    match receipt {
        Receipt::Accepted { notification, status: 200, status_unless_stored: 503, secret } => {
            (notification, secret)
        }
        other => panic!("{other:?}"),
    }
}

fn refused(receipt: Receipt) -> Unaccepted {
    match receipt {
        Receipt::Refused { refused, status, message } => {
            assert!((400..500).contains(&status) && !message.is_empty());
            refused
        }
        other @ Receipt::Accepted { .. } => panic!("{other:?}"),
    }
}

#[test]
fn a_genuine_notification_is_taken_with_either_secret() {
    for (secret, place) in [(NEW, 0), (OLD, 1)] {
        let (notification, which) =
            accepted(post(secret, &said("goods-out-note.modified.shipped", "1201,1305-1307")));
        assert_eq!(which, place);
        assert_eq!(notification.account, "acct");
        assert_eq!(notification.event, "goods-out-note.modified.shipped");
        assert_eq!(
            (notification.resource_type.as_str(), notification.lifecycle.as_str()),
            ("goods-out-note", "modified")
        );
        assert_eq!(notification.ids.to_string(), "1201,1305-1307");
        assert_eq!((notification.raised_ms, notification.received_ms), (RAISED, NOW));
        assert_eq!(notification.brightpearl_version.as_deref(), Some("4.95.2936"));
        assert_eq!(notification.remarks, Vec::<String>::new());
    }
}

#[test]
fn what_is_not_genuine_is_refused_for_good() {
    let body = said("order.modified", "7");
    assert_eq!(refused(post("", &body)), Unaccepted::UnknownAddress);
    for secret in ["x", "new-secret-012345678", "new-secret-01234567890", "New-secret-0123456789"] {
        assert_eq!(refused(post(secret, &body)), Unaccepted::WrongSecret, "{secret}");
    }
    let ask = |method: &str, url: &str, body: &[u8]| {
        refused(receiver().receive(&ReceivedRequest { method, url, body }, NOW))
    };
    let good = format!("/brightpearl?secret={NEW}");
    assert_eq!(ask("POST", "/", b""), Unaccepted::UnknownAddress);
    assert_eq!(ask("POST", &format!("/brightpearl/x?secret={NEW}"), b""), Unaccepted::UnknownAddress);
    assert_eq!(ask("GET", &good, b""), Unaccepted::WrongMethod);
    // Whoever does not know the secret is told nothing else.
    assert_eq!(ask("GET", "/brightpearl?secret=x", b""), Unaccepted::WrongSecret);
    assert_eq!(ask("POST", "/brightpearl?secret=x", &vec![b' '; 10_000_000]), Unaccepted::WrongSecret);
    assert_eq!(ask("POST", &good, &vec![b' '; 10_000_000]), Unaccepted::TooLarge);
    for wrong in [&b""[..], b"{}", b"null", b"<xml/>", b"\xff\xfe", b"{\"accountCode\":\"acct\"}"] {
        assert_eq!(ask("POST", &good, wrong), Unaccepted::Malformed);
    }
    // A secret is good for its own account only.
    let mut others = body.clone();
    others["accountCode"] = "other".into();
    assert_eq!(refused(post(NEW, &others)), Unaccepted::UnknownAccount);
    others["accountCode"] = "nobody".into();
    assert_eq!(refused(post(NEW, &others)), Unaccepted::UnknownAccount);
    let mut unknown = said("weather.modified", "7");
    unknown["resourceType"] = "weather".into();
    assert_eq!(refused(post(NEW, &unknown)), Unaccepted::UnknownEvent);
    for (member, wrong) in
        [("id", "0"), ("id", "7,x"), ("id", ""), ("lifecycleEvent", "exploded"), ("id", "9-3")]
    {
        let mut body = body.clone();
        body[member] = wrong.into();
        assert_eq!(refused(post(NEW, &body)), Unaccepted::Malformed, "{member} {wrong}");
    }
}

#[test]
fn times_that_cannot_be_are_told_and_lose_nothing() {
    for (raised_on, expected, remarks) in [
        ("2024-02-03T09:08:07.123Z", RAISED, 0),
        ("2024-02-03T10:08:07.123+01:00", RAISED, 0),
        ("2034-02-03T09:08:07.123Z", NOW, 1),
        ("2023-02-03T09:08:07.123Z", 1_675_415_287_123, 1),
        ("yesterday", NOW, 1),
        ("1890-01-01T00:00:00.000Z", NOW, 1),
    ] {
        let mut body = said("order.modified", "7");
        body["raisedOn"] = raised_on.into();
        let (notification, _) = accepted(post(NEW, &body));
        assert_eq!((notification.raised_ms, notification.remarks.len()), (expected, remarks), "{raised_on}");
    }
}

#[test]
fn what_nobody_subscribed_to_is_taken_where_it_is_known() {
    let (notification, _) = accepted(post(NEW, &said("product.created", "7")));
    assert_eq!(notification.remarks, ["nobody subscribed to this event"]);
    let (notification, _) = accepted(post(NEW, &said("order.modified.order-status", "7")));
    assert_eq!(notification.remarks, Vec::<String>::new());
}

#[test]
fn templates_of_ones_own_are_read_as_they_are_declared() {
    let receiver = WebhookReceiver::from_json(
        &json!({
            "accounts": [{"account": "acct", "secrets": [NEW]}],
            "subscriptions": [
                {"subscribeTo": "order.modified", "httpMethod": "GET", "uriTemplate":
                    "https://h.example.com/a/${secret}/${account-code}/${resource-type}/${lifecycle-event}?ids=${resource-id}"},
                {"subscribeTo": "product", "contentType": "application/x-www-form-urlencoded",
                    "uriTemplate": "https://h.example.com/a/${secret}",
                    "bodyTemplate": "a=${account-code}&t=${resource-type}&i=${resource-id}&e=${lifecycle-event}&w=${raised-on}"},
                {"subscribeTo": "goods-in-note", "httpMethod": "PUT", "contentType": "text/xml", "uriTemplate":
                    "https://h.example.com/x?s=${secret}", "bodyTemplate": "<n a='${account-code}'><e>${full-event}</e>\
                    <t>${resource-type}</t><l>${lifecycle-event}</l><i>${resource-id}</i></n>"},
            ],
        })
        .to_string(),
    )
    .unwrap();
    assert!(receiver.findings().is_empty(), "{:?}", receiver.findings());
    for (method, url, body, event, ids) in [
        ("GET", format!("/a/{NEW}/acct/order/modified?ids=4%2C6"), "", "order.modified", "4,6"),
        (
            "POST",
            format!("/a/{NEW}"),
            "a=acct&t=product&i=4,6&e=destroyed&w=2024-02-03T10:08:07.123+01:00",
            "product.destroyed",
            "4,6",
        ),
        (
            "PUT",
            format!("/x?s={NEW}"),
            "<n a='acct'><e>goods-in-note.created</e><t>goods-in-note</t><l>created</l><i>4</i></n>",
            "goods-in-note.created",
            "4",
        ),
    ] {
        let request = ReceivedRequest { method, url: &url, body: body.as_bytes() };
        let (notification, _) = accepted(receiver.receive(&request, NOW));
        assert_eq!((notification.event.as_str(), notification.ids.to_string().as_str()), (event, ids));
        assert_eq!(notification.remarks, Vec::<String>::new());
    }
    let contradiction = ReceivedRequest {
        method: "POST",
        url: &format!("/a/{NEW}"),
        body: b"a=acct&t=product&i=4&e=destroyed",
    };
    assert_eq!(refused(receiver.receive(&contradiction, NOW)), Unaccepted::Malformed);
}

#[test]
fn a_receiver_says_what_is_wrong_with_it() {
    let wrong = |change: &dyn Fn(&mut Value)| {
        let mut declared = declared();
        change(&mut declared);
        let error = WebhookReceiver::from_json(&declared.to_string()).unwrap_err();
        assert_eq!(error.kind(), Kind::Validation);
        assert!(!error.to_string().contains("secret-0123"), "{error}");
        error.location().unwrap_or_default().to_owned()
    };
    assert_eq!(wrong(&|declared| declared["accounts"] = json!([])), "accounts");
    assert_eq!(wrong(&|declared| declared["accounts"][0]["account"] = "a/b".into()), "accounts/0/account");
    for secrets in [
        json!([]),
        json!(["short"]),
        json!([NEW, OLD, OTHER]),
        json!([NEW, NEW]),
        json!(["new secret 0123456789"]),
    ] {
        assert_eq!(
            wrong(&|declared| declared["accounts"][0]["secrets"] = secrets.clone()),
            "accounts/0/secrets"
        );
    }
    assert!(
        wrong(&|declared| declared["accounts"][0]["secrets"] = NEW.into()).starts_with("receiver line 1")
    );
    assert_eq!(wrong(&|declared| declared["subscriptions"][1] = 7.into()), "/subscriptions/1");
    assert_eq!(wrong(&|declared| declared["subscriptions"][1] = json!({"subscribe": 1})), "/subscriptions/1");

    let finding = |subscription: Value| {
        let mut declared = declared();
        declared["subscriptions"] = json!([subscription]);
        let findings = WebhookReceiver::from_json(&declared.to_string()).unwrap().findings().to_vec();
        findings.iter().map(|found| format!("{} {}", found.severity, found.pointer)).collect::<Vec<_>>()
    };
    assert_eq!(finding("order.modified".into()), Vec::<String>::new());
    assert_eq!(finding("order.created".into()), ["error /subscriptions/0/subscribeTo"]);
    assert_eq!(finding("contact.modified".into()), ["error /subscriptions/0/subscribeTo"]);
    assert_eq!(finding("order.modifed".into()), ["error /subscriptions/0/subscribeTo"]);
    assert_eq!(finding("oder.modified".into()), ["warning /subscriptions/0/subscribeTo"]);
    assert_eq!(
        finding(
            json!({"subscribeTo": "order", "uriTemplate": "http://h.example.com/?id=${resource-id}", "bodyTemplate": "{\"a\":\"${account-code}\"}"})
        ),
        [
            "warning /subscriptions/0/uriTemplate",
            "error /subscriptions/0/uriTemplate",
            "error /subscriptions/0/bodyTemplate",
            "error /subscriptions/0/bodyTemplate",
        ]
    );
    assert_eq!(
        finding(
            json!({"subscribeTo": "order", "bodyTemplate": "${account-code}${resource-id} ${resource-type} ${lifecycle-event}"})
        ),
        ["error /subscriptions/0/bodyTemplate", "error /subscriptions/0/bodyTemplate"]
    );
}

fn registered(id: u64, secret: &str, event: &str) -> Value {
    let made = plan(&receiver(), "acct", "[]").unwrap();
    let create = made.create.iter().find(|create| create.event == event).unwrap();
    let mut body: Value = serde_json::from_str(&create.body).unwrap();
    body["uriTemplate"] = body["uriTemplate"].as_str().unwrap().replace(NEW, secret).into();
    body["id"] = id.into();
    body
}

#[test]
fn what_is_registered_becomes_what_is_declared() {
    let empty = plan(&receiver(), "acct", "[]").unwrap();
    assert_eq!(empty.create.len(), 3);
    let body: Value = serde_json::from_str(&empty.create[0].body).unwrap();
    assert_eq!(body["uriTemplate"], format!("https://hooks.example.com/brightpearl?secret={NEW}"));
    assert_eq!((&body["idSetAccepted"], &body["qualityOfService"]), (&json!(true), &json!(1)));

    let mut changed = registered(4, NEW, "goods-out-note");
    changed["qualityOfService"] = 0.into();
    let mut of_others = registered(6, NEW, "order.modified");
    of_others["uriTemplate"] = format!("https://elsewhere.example.com/brightpearl?secret={NEW}").into();
    let mut undeclared = registered(7, "stranger-0123456789", "order.modified");
    undeclared["subscribeTo"] = "sales-order.created".into();
    let mut as_text = registered(1, NEW, "product.modified.on-hand-modified");
    as_text["qualityOfService"] = "1".into();
    let there = json!([
        registered(3, NEW, "order.modified"),
        registered(2, NEW, "order.modified"),
        registered(5, OLD, "order.modified"),
        as_text,
        changed,
        of_others,
        undeclared,
    ]);
    let plan = plan(&receiver(), "acct", &there.to_string()).unwrap();
    assert_eq!(plan.keep, [1, 2]);
    assert_eq!(plan.foreign, [6]);
    let removed: Vec<_> = plan.remove.iter().map(|removal| (removal.id, removal.reason)).collect();
    assert_eq!(
        removed,
        [
            (3, RemovalReason::Repeated),
            (4, RemovalReason::Changed),
            (5, RemovalReason::OldSecret),
            (7, RemovalReason::NotDeclared)
        ]
    );
    let created: Vec<_> = plan.create.iter().map(|creation| creation.event.as_str()).collect();
    assert_eq!(created, ["goods-out-note"]);
}

#[test]
fn a_plan_needs_an_account_and_an_array() {
    let location = |account: &str, there: &str| {
        let error = plan(&receiver(), account, there).unwrap_err();
        error.location().unwrap_or_default().to_owned()
    };
    assert_eq!(location("nobody", "[]"), "account");
    for wrong in ["", "{}", "[1]", "[{\"id\":1}]"] {
        assert!(location("acct", wrong).starts_with("registered"), "{wrong}");
    }
}

#[test]
fn a_burst_is_read_once() {
    let took = |event: &str, ids: &str, second: u32| {
        let mut body = said(event, ids);
        body["raisedOn"] = format!("2024-02-03T09:08:{second:02}.123Z").into();
        accepted(post(NEW, &body)).0
    };
    let notifications = [
        took("goods-out-note.destroyed", "5", 9),
        took("order.modified", "1,2", 7),
        took("order.modified.order-status", "2-4", 8),
        took("order.modified", "1,2", 7),
        took("goods-out-note.modified.shipped", "5,6", 8),
        took("product.modified.on-hand-modified", "9", 1),
        took("product.modified", "9", 1),
        took("quarantine-release.created", "8", 1),
    ];
    let settled = BTreeSet::from([notifications[6].key.clone()]);
    let coalesced = coalesce(&notifications, &settled);
    let reads: Vec<_> = coalesced
        .reads
        .iter()
        .map(|read| (read.read.resource, read.ids.to_string(), read.destroyed.to_string(), read.keys.len()))
        .collect();
    let text = str::to_owned;
    assert_eq!(
        reads,
        [
            ("product-availability", text("9"), text(""), 1),
            ("order", text("1-4"), text(""), 2),
            ("goods-out-note", text("5-6"), text("5"), 2),
        ]
    );
    assert_eq!(coalesced.duplicates, [notifications[3].key.as_str(), notifications[6].key.as_str()]);
    assert_eq!(coalesced.unreadable.len(), 1);
    assert_eq!(coalesced.reads[1].last_raised_ms - coalesced.reads[1].first_raised_ms, 1_000);
}

#[test]
fn hosts_ask_for_it_by_name() {
    let answer = |question: Value| {
        ask(&question.to_string()).map(|text| serde_json::from_str::<Value>(&text).unwrap())
    };
    let request = json!({"method": "POST", "url": format!("/brightpearl?secret={OLD}"),
        "body": said("order.modified", "7").to_string()});
    let receipt = answer(json!({"receive_webhook": {
        "receiver": declared().to_string(), "request": request.to_string(), "now": NOW}}))
    .unwrap();
    assert_eq!((&receipt["status"], &receipt["secret"]), (&json!(200), &json!(1)));
    let coalesced = answer(json!({"coalesce_notifications": {
        "notifications": json!([receipt["notification"]]).to_string(), "settled": "[]"}}))
    .unwrap();
    assert_eq!(coalesced["reads"][0]["path"], "order-service/order");
    let planned = answer(json!({"plan_webhooks": {
        "receiver": declared().to_string(), "account": "acct", "registered": "[]"}}))
    .unwrap();
    assert_eq!(planned["create"].as_array().map(Vec::len), Some(3));
    assert_eq!(answer(json!({"check_webhooks": {"receiver": declared().to_string()}})), Ok(json!([])));
    assert!(answer(json!({"webhook_events": {}})).unwrap().as_array().is_some_and(|events| events.len() > 5));
}

proptest! {
    #[test]
    fn nothing_that_comes_in_panics(method in ".{0,8}", url in ".{0,60}", body in prop::collection::vec(any::<u8>(), 0..200)) {
        let url = [url.as_str(), &format!("/brightpearl?secret={NEW}")][usize::from(body.len() % 2 == 0)].to_owned();
        receiver().receive(&ReceivedRequest { method: &method, url: &url, body: &body }, NOW);
        let _ = WebhookReceiver::from_json(&String::from_utf8_lossy(&body));
        let _ = plan(&receiver(), "acct", &String::from_utf8_lossy(&body));
    }

    #[test]
    fn every_id_is_read_in_whichever_order_and_however_often_it_comes(
        drawn in prop::collection::vec((0usize..4, 1u64..40, 0u32..3), 1..30),
        order in any::<u64>(),
    ) {
        let events = ["order.modified", "product.created", "goods-out-note.destroyed", "goods-out-note.created"];
        let mut notifications: Vec<Notification> = drawn.iter().map(|(event, id, second)| {
            let mut body = said(events[*event], &id.to_string());
            body["raisedOn"] = format!("2024-02-03T09:08:0{second}.123Z").into();
            accepted(post(NEW, &body)).0
        }).collect();
        let straight = coalesce(&notifications, &BTreeSet::new());
        let half = notifications.len() / 2;
        notifications.extend_from_within(..half);
        let turn = usize::try_from(order % notifications.len() as u64).unwrap();
        notifications.rotate_left(turn);
        let turned = coalesce(&notifications, &BTreeSet::new());
        let sets = |coalesced: &brightpearl_core::webhook::CoalescedNotifications| {
            let mut sets: Vec<_> = coalesced.reads.iter().map(|read| (read.read, read.ids.clone(), read.destroyed.clone())).collect();
            sets.sort_by_key(|(read, _, _)| *read);
            sets
        };
        prop_assert_eq!(sets(&straight), sets(&turned));
        for (event, id, _) in drawn {
            let resource = events[event].split('.').next().unwrap();
            prop_assert!(turned.reads.iter().any(|read| read.read.resource == resource && read.ids.contains(id)));
        }
    }
}

#[test]
fn a_webhook_that_is_listed_twice_is_registered_once() {
    let one = registered(2, NEW, "order.modified");
    let twice = json!([one, one]).to_string();
    let found = plan(&receiver(), "acct", &twice).unwrap();
    assert_eq!((found.keep, found.remove.len()), (vec![2], 0));
    let mut other = one.clone();
    other["subscribeTo"] = "product.created".into();
    let error = plan(&receiver(), "acct", &json!([one, other]).to_string()).unwrap_err();
    assert_eq!((error.kind(), error.location()), (Kind::Protocol, Some("registered[1]")), "{error}");
}

#[test]
fn what_is_no_list_of_webhooks_is_the_server_s_and_shows_no_secret() {
    let mut as_text = registered(2, NEW, "order.modified");
    as_text["id"] = "two".into();
    for (list, place) in [
        (json!({"message": "later"}), "registered"),
        (json!([null]), "registered[0]"),
        (json!([registered(1, NEW, "order.modified"), as_text]), "registered[1]"),
    ] {
        let error = plan(&receiver(), "acct", &list.to_string()).unwrap_err();
        assert_eq!((error.kind(), error.location()), (Kind::Protocol, Some(place)), "{list}");
        assert!(error.message().contains("expected a list of webhooks") && !error.to_string().contains(NEW));
    }
    assert_eq!(plan(&receiver(), "acct", "nothing").unwrap_err().kind(), Kind::Validation);
}
