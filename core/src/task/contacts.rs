//! Contacts and their addresses.

use std::collections::VecDeque;

use super::arguments::{Arguments, violation};
use super::entry::{Becomes, Form, One, Procedure, TaskEntry, What, given};
use super::program::{Next, Program, TaskAnswer};
use crate::catalog::POSTAL_ADDRESS_BODY;
use crate::catalog::build::{closed, id, object};
use crate::catalog::field::{Object, Rule};
use crate::error::{Fault, Result};
use crate::http::Method;
use crate::json::ObjectText;
use crate::operation::SingleRequest;

const CONTACT: &str = "contact-service/contact";
const POSTAL_ADDRESS: &str = "contact-service/postal-address";

pub(super) const ENTRIES: &[TaskEntry] = &[
    TaskEntry {
        name: "create-contact",
        summary: "Creates a customer or supplier, with the postal addresses that are given along with it.",
        requests: "One POST for each different address in postalAddresses, then one for the contact.",
        writes: true,
        takes: &[Form::own(ADDRESSED).with_body(Method::Post, CONTACT)],
        gives: &[
            given("contactId", What::Id),
            given("postAddressIds", What::Record).note("The ids of the addresses: DEF, BIL and DEL."),
        ],
        procedure: Procedure::Program(create_contact),
    },
    TaskEntry {
        name: "create-postal-address",
        summary: "Creates a postal address, to be given to a contact.",
        requests: "One POST.",
        writes: true,
        takes: &[Form::body(Method::Post, POSTAL_ADDRESS)],
        gives: &[given("postalAddressId", What::Id)],
        procedure: Procedure::One(One {
            method: Method::Post,
            path: POSTAL_ADDRESS,
            if_match: None,
            answer: Becomes::Id("postalAddressId"),
        }),
    },
];

/// Whose addresses they are: default, billing, delivery (API notes §8.4.2).
const KINDS: [&str; 3] = ["DEF", "BIL", "DEL"];

const ADDRESSED: Object = closed(&[
    object(
        "postAddressIds",
        closed(&[id("DEF", "postal-address"), id("BIL", "postal-address"), id("DEL", "postal-address")]),
    )
    .note("Addresses that exist. BIL and DEL are that of DEF when absent."),
    object(
        "postalAddresses",
        closed(&[
            object("DEF", POSTAL_ADDRESS_BODY),
            object("BIL", POSTAL_ADDRESS_BODY),
            object("DEL", POSTAL_ADDRESS_BODY),
        ]),
    )
    .note("Addresses to create, instead of postAddressIds."),
])
.rules(&[Rule::AnyOf(&["/postalAddresses/DEF", "/postAddressIds/DEF"])]);

/// A contact under way.
struct ContactCreation {
    /// Addresses to create, each for some kinds.
    addresses: VecDeque<(Vec<&'static str>, String)>,
    /// The kinds of the address that is out.
    out: Vec<&'static str>,
    /// The ids, by kind.
    ids: [Option<String>; 3],
    created: bool,
    contact: Option<ObjectText>,
    contact_id: Option<u64>,
}

fn create_contact(arguments: &Arguments<'_>) -> Result<Box<dyn Program>> {
    let (given, inline) =
        (arguments.record.record("postAddressIds"), arguments.record.record("postalAddresses"));
    let twice = KINDS.iter().filter(|kind| given.raw(kind).is_some() && inline.raw(kind).is_some());
    let found = "an address together with the id of one";
    let violations = twice.map(|kind| {
        violation(format!("/postalAddresses/{kind}"), Fault::Contradiction, found, "one or the other")
    });
    arguments.refuse(violations.collect())?;
    let mut addresses: VecDeque<(Vec<&'static str>, String)> = VecDeque::new();
    for kind in KINDS {
        let Some(address) = inline.raw(kind) else { continue };
        match addresses.iter_mut().find(|(_, known)| known == address) {
            Some((kinds, _)) => kinds.push(kind),
            None => addresses.push_back((vec![kind], address.to_owned())),
        }
    }
    Ok(Box::new(ContactCreation {
        addresses,
        out: Vec::new(),
        ids: KINDS.map(|kind| given.raw(kind).map(str::to_owned)),
        created: false,
        contact: Some(arguments.body()),
        contact_id: None,
    }))
}

impl ContactCreation {
    /// The ids of the addresses, as far as they are known.
    fn known(&self) -> ObjectText {
        let ids = KINDS.iter().zip(&self.ids);
        ids.fold(ObjectText::new(), |text, (kind, id)| text.maybe(kind, id.as_deref()))
    }
}

impl Program for ContactCreation {
    fn next(&mut self) -> Result<Next> {
        if let Some((kinds, address)) = self.addresses.pop_front() {
            self.out = kinds;
            return Ok(Next::Send(SingleRequest::new(Method::Post, POSTAL_ADDRESS).body(address)));
        }
        let [default, others @ ..] = &mut self.ids;
        others.iter_mut().filter(|id| id.is_none()).for_each(|id| id.clone_from(default));
        if let Some(contact) = self.contact.take() {
            let body = contact.within("postAddressIds", self.known()).finish();
            return Ok(Next::Send(SingleRequest::new(Method::Post, CONTACT).body(body)));
        }
        let result = ObjectText::new().id("contactId", self.contact_id.unwrap_or_default());
        Ok(Next::Done(result.within("postAddressIds", self.known()).finish()))
    }

    fn take(&mut self, answer: &TaskAnswer<'_>) -> Result<()> {
        let id = answer.id()?;
        if self.contact.is_none() {
            self.contact_id = Some(id);
            return Ok(());
        }
        for (kind, place) in KINDS.iter().zip(&mut self.ids) {
            if self.out.contains(kind) {
                *place = Some(id.to_string());
            }
        }
        self.created = true;
        Ok(())
    }

    fn progress(&self) -> Option<String> {
        self.created.then(|| ObjectText::new().within("postAddressIds", self.known()).finish())
    }

    fn outlook(&self) -> (u64, bool) {
        (self.addresses.len() as u64 + u64::from(self.contact.is_some()), true)
    }
}
