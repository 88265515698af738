//! What a record that is there refers to now, and Brightpearl does not have yet: it is created, and the record changed.

use brightpearl_core::operation::Push;
use serde_json::{Value, json};

use super::account::{ORDERS, PushWorld};
use super::orders;

/// The contact that the order of that id is of.
fn customer(world: &mut PushWorld, order: u64) -> Option<u64> {
    world.read(&format!("order-service/order/{order}"))[0]["parties"]["customer"]["contactId"].as_u64()
}

/// The contact with that address of e-mail.
fn contact(world: &mut PushWorld, email: &str) -> Option<u64> {
    let path = format!("contact-service/contact-search?columns=contactId&primaryEmail={email}");
    world.read(&path)["results"][0][0].as_u64()
}

#[test]
fn an_order_goes_to_a_buyer_that_its_record_names_now() {
    for has_journal in [true, false] {
        let mut world = PushWorld::new();
        let mut records = orders(&mut world, 2);
        let order = world.push(ORDERS, &records).of(0).id.unwrap();
        records[0]["email"] = json!("corrected@example.com");
        if !has_journal {
            world.journal.clear();
        }
        // A dry run says so, and creates nothing.
        let dry = Push { journal: Some(String::new()), ..Push::dry_run(ORDERS).unwrap() };
        let run = world.run(dry, &records);
        assert_eq!(run.states(), ["updated", "unchanged"], "{:?}", run.outcomes);
        let pointers: Vec<&str> =
            run.of(0).differences.iter().map(|difference| difference.pointer.as_str()).collect();
        assert_eq!(pointers, ["/customer/id"]);
        assert_eq!(world.contacts("corrected@example.com"), 0);

        let run = world.push(ORDERS, &records);
        assert_eq!(run.states()[0], "updated", "{:?}", run.outcomes);
        let found = contact(&mut world, "corrected@example.com");
        assert!(found.is_some());
        assert_eq!(customer(&mut world, order), found);
        let requests = world.push(ORDERS, &records).requests;
        assert_eq!(requests, 0, "the journal has it");
    }
}

#[test]
fn an_edited_order_waits_for_the_buyer_of_another_one() {
    for is_first in [true, false] {
        let mut world = PushWorld::new();
        let records = orders(&mut world, 2);
        let order = world.push(ORDERS, &records[..1]).of(0).id.unwrap();
        let mut both: Vec<Value> = records;
        both.iter_mut().for_each(|record| record["email"] = json!("new@example.com"));
        if is_first {
            both.reverse();
        }
        let run = world.push(ORDERS, &both);
        let mut states = run.states();
        states.sort_unstable();
        assert_eq!(states, ["created", "updated"], "{:?}", run.outcomes);
        assert_eq!(world.contacts("new@example.com"), 1);
        let found = contact(&mut world, "new@example.com");
        assert_eq!(customer(&mut world, order), found);
    }
}
