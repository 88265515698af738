//! Contacts: staff, customers and suppliers, derived from their ids.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::World;
use super::address::Address;
use super::places::{PLACES, Place, SHARES};
use super::random::{Draw, Topic};
use super::reference::{FIRST_CONTACT, STAFF};
use crate::protocol::moment::{DAY, HOUR, SECOND};

/// What a contact is to the account: exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Relationship {
    Staff,
    Customer,
    Supplier,
}

/// A contact.
#[derive(Clone)]
pub(crate) struct Contact {
    pub(crate) id: u32,
    pub(crate) relationship: Relationship,
    pub(crate) place: &'static Place,
    pub(crate) title: &'static str,
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    plain_name: (&'static str, &'static str),
    pub(crate) company_id: u32,
    company_ending: &'static str,
    pub(crate) has_second_email: bool,
    pub(crate) has_mobile: bool,
    pub(crate) newsletter: bool,
    pub(crate) delivers_elsewhere: bool,
    pub(crate) staff_owner: u32,
    pub(crate) price_list: u32,
    pub(crate) credit_days: u32,
    pub(crate) tags: u32,
    pub(crate) created: i64,
    pub(crate) updated: Option<i64>,
    pub(crate) last_contacted: Option<i64>,
    pub(crate) last_ordered: Option<i64>,
}

/// One contact in twelve is a supplier; the first two, which always exist, are one of each.
pub(crate) fn relationship(seed: u64, id: u32) -> Relationship {
    if STAFF.contains(&id) {
        Relationship::Staff
    } else if id == FIRST_CONTACT {
        Relationship::Customer
    } else if id == FIRST_CONTACT + 1 || Draw::new(seed, Topic::Contact, u64::from(id)).chance(83) {
        Relationship::Supplier
    } else {
        Relationship::Customer
    }
}

impl World {
    /// The contact with that id as derived from the seed, whether or not it exists. What was written to
    /// contacts is in [`World::contact`].
    pub(crate) fn generated_contact(&self, id: u32) -> Contact {
        let mut draw = Draw::new(self.seed, Topic::Contact, u64::from(id));
        // The first draw decides the relationship; see above.
        draw.below(1000);
        let place = &PLACES[draw.weighted(&SHARES)];
        let first = draw.pick(place.first_names);
        let last = draw.pick(place.last_names);
        let relationship = relationship(self.seed, id);
        let in_company = match relationship {
            Relationship::Staff => false,
            Relationship::Customer => draw.chance(350),
            Relationship::Supplier => true,
        };
        let created =
            self.epoch_ms - i64::from(draw.below(1_000)) * DAY - i64::from(draw.below(86_400)) * SECOND;
        let later = |draw: &mut Draw, days: u32| {
            let at =
                created + i64::from(draw.below(days * 24)) * HOUR + i64::from(draw.below(3_600)) * SECOND;
            // Milliseconds of updates are real ones (API notes §1.8).
            Some((at + i64::from(draw.below(1_000))).min(self.epoch_ms))
        };
        let updated = if draw.chance(850) { later(&mut draw, 400) } else { None };
        let whole_seconds = |moment: Option<i64>| moment.map(|ms| ms - ms % SECOND);
        Contact {
            id,
            relationship,
            place,
            title: draw.weighted(&[(700, ""), (120, "Ms"), (100, "Mr"), (50, "Dr"), (30, "Mx")]),
            first_name: first.0,
            last_name: last.0,
            plain_name: (first.1, last.1),
            company_id: if in_company { id } else { 0 },
            company_ending: draw.pick(place.company_endings),
            has_second_email: draw.chance(150),
            has_mobile: draw.chance(400),
            newsletter: draw.chance(600),
            delivers_elsewhere: draw.chance(200),
            staff_owner: if draw.chance(500) { draw.pick(&STAFF) } else { 0 },
            price_list: if draw.chance(150) { 3 } else { 2 },
            credit_days: draw.pick(&[0, 14, 30, 60]),
            tags: draw.below(4),
            created,
            updated,
            last_contacted: if draw.chance(400) { whole_seconds(later(&mut draw, 300)) } else { None },
            last_ordered: if draw.chance(600) { whole_seconds(later(&mut draw, 300)) } else { None },
        }
    }
}

impl Contact {
    /// Empty for a private person.
    pub(crate) fn company_name(&self) -> Cow<'static, str> {
        if self.company_id == 0 {
            return Cow::Borrowed("");
        }
        Cow::Owned(format!("{} {}", self.last_name, self.company_ending))
    }

    pub(crate) fn email(&self) -> String {
        let (first, last) = self.plain_name;
        format!("{first}.{last}.{}@example.com", self.id)
    }

    pub(crate) fn second_email(&self) -> Option<String> {
        self.has_second_email.then(|| format!("{}.{}@example.org", self.plain_name.1, self.id))
    }

    pub(crate) fn telephone(&self) -> String {
        format!("{} {:06}", self.place.dialling_code, u64::from(self.id) * 7_919 % 1_000_000)
    }

    pub(crate) fn mobile(&self) -> Option<String> {
        self.has_mobile
            .then(|| format!("{} {:06}", self.place.dialling_code, u64::from(self.id) * 104_729 % 1_000_000))
    }

    pub(crate) fn nominal_code(&self) -> u32 {
        match self.relationship {
            Relationship::Customer => 4000,
            Relationship::Supplier => 5000,
            Relationship::Staff => 0,
        }
    }

    /// The id of the address for bills and of first resort.
    pub(crate) fn default_address_id(&self) -> u32 {
        Address::of_contact(self.id, false)
    }

    /// The id of the address that goods go to.
    pub(crate) fn delivery_address_id(&self) -> u32 {
        Address::of_contact(self.id, self.delivers_elsewhere)
    }
}
