//! Whether an account agrees with itself.
//!
//! The figures of an account are worked out in several places: what is allocated is counted in batches, and held by
//! reservations and notes; what was paid is a sum of payments, and a status of the order. This looks at all of them.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::emulator::Emulator;
use crate::world::World;
use crate::world::order::Order;
use crate::world::payment::PaymentBook;
use crate::world::stock::Line;

impl Emulator {
    /// Everything in which the account contradicts itself, in words; nothing in an account that is sound.
    ///
    /// It looks at every record, which takes a while in a large account: stock against movements, reservations and
    /// notes; the statuses of orders against their rows, notes and payments; the books; and what names something else.
    ///
    /// ```
    /// use brightpearl_emulator::{Config, Emulator};
    ///
    /// let emulator = Emulator::new(Config { orders: 50, ..Config::default() })?;
    /// assert!(emulator.audit().is_empty());
    /// # Ok::<(), brightpearl_emulator::ConfigError>(())
    /// ```
    pub fn audit(&self) -> Vec<String> {
        let world = &self.world;
        let mut found = Vec::new();
        stock(world, &mut found);
        orders(world, &mut found);
        books(world, &mut found);
        references(world, &mut found);
        found
    }
}

/// What lies somewhere is what moved there, and what is allocated there is what somebody holds.
fn stock(world: &World, found: &mut Vec<String>) {
    let mut moved = BTreeMap::<(u32, u32), i64>::new();
    for movement in world.movement_ids().iter().filter_map(|id| world.movement(*id)) {
        *moved.entry((movement.product, movement.location)).or_default() += movement.quantity;
    }
    let held = held(world);
    for product in world.products.as_slice() {
        let mut there = BTreeMap::<u32, i64>::new();
        for batch in world.batches(*product).iter() {
            *there.entry(batch.location).or_default() += i64::from(batch.quantity);
            let own = held.get(&(*product, batch.note, batch.location)).copied().unwrap_or(0);
            if batch.allocated > batch.quantity {
                found.push(format!(
                    "product {product}: {} of the {} pieces of batch {} are allocated",
                    batch.allocated, batch.quantity, batch.note
                ));
            }
            if own != u64::from(batch.allocated) {
                found.push(format!(
                    "product {product}: {} pieces of batch {} in location {} are allocated, and {own} are held",
                    batch.allocated, batch.note, batch.location
                ));
            }
        }
        let own = moved.range((*product, 0)..=(*product, u32::MAX));
        for ((_, location), quantity) in own {
            let lies = there.remove(location).unwrap_or(0);
            if lies != *quantity {
                found.push(format!(
                    "product {product}: {lies} pieces lie in location {location}, and {quantity} have moved there"
                ));
            }
        }
        for (location, quantity) in there.into_iter().filter(|(_, quantity)| *quantity != 0) {
            found.push(format!(
                "product {product}: {quantity} pieces lie in location {location} that never moved there"
            ));
        }
    }
}

/// What reservations and notes that have not been shipped hold: by product, batch and location.
fn held(world: &World) -> BTreeMap<(u32, u32, u32), u64> {
    let mut held = BTreeMap::<(u32, u32, u32), u64>::new();
    let mut hold = |line: &Line| {
        *held.entry((line.product, line.batch, line.location)).or_default() += u64::from(line.quantity);
    };
    for order in world.reserved_orders() {
        world.reservation(order).iter().flat_map(|own| own.rows.values().flatten()).for_each(&mut hold);
    }
    for note in world.goods_out_ids().iter().filter_map(|id| world.goods_out_note(*id)) {
        if note.shipped().is_none() {
            note.rows.values().flatten().for_each(&mut hold);
        }
    }
    held
}

/// The statuses of an order are those of its rows, its notes and its payments.
fn orders(world: &World, found: &mut Vec<String>) {
    for id in world.orders.as_slice() {
        let order = world.order(*id);
        let rows = world.order_rows(&order);
        let totals = world.totals(&order, &rows);
        let net: Decimal = rows.iter().map(|row| row.net).sum();
        if (net - totals.net).abs() > Decimal::new(5, 3) {
            found.push(format!("order {id}: its rows come to {net}, its total is {}", totals.net));
        }
        payment_status(world, &order, totals.gross(), found);
        if rows.is_empty() && world.reservation(*id).is_some() {
            found.push(format!("order {id}: stock is set aside for it, and it has no rows"));
        }
        for row in world.row_fulfilments(&order).iter().filter(|row| row.tracked) {
            let ordered = row.ordered;
            if Decimal::from(row.fulfilled) > ordered || row.shipped > row.fulfilled {
                found.push(format!(
                    "order {id}, row {}: {ordered} are ordered, {} fulfilled, {} shipped",
                    row.row, row.fulfilled, row.shipped
                ));
            }
        }
    }
}

fn payment_status(world: &World, order: &Order, total: Decimal, found: &mut Vec<String>) {
    let paid = world.paid(order);
    let expected = match order.payment_status {
        2 => paid.paid > Decimal::ZERO && paid.paid < total,
        3 => paid.paid >= total && !total.is_zero(),
        4 => paid.paid <= Decimal::ZERO && paid.authorized > paid.captured,
        5 => total.is_zero(),
        _ => paid.paid <= Decimal::ZERO,
    };
    if !expected {
        found.push(format!(
            "order {}: {} of {total} are paid, and its payment status is {}",
            order.id, paid.paid, order.payment_status
        ));
    }
}

/// Journals balance, their lines are where the search looks for them, and payments have the journals that they name.
fn books(world: &World, found: &mut Vec<String>) {
    let ledger = &world.changes.ledger;
    for (id, journal) in ledger.journals.iter() {
        if !journal.imbalance().is_zero() {
            found.push(format!("journal {id}: debits and credits differ by {}", journal.imbalance()));
        }
    }
    let rows: usize = ledger.journals.iter().map(|(_, journal)| journal.lines.len()).sum();
    if rows != ledger.journal_rows.ids().len() {
        found.push(format!("{} lines are found of {rows} in the journals", ledger.journal_rows.ids().len()));
    }
    for book in [PaymentBook::Customer, PaymentBook::Supplier] {
        for id in world.orders.as_slice() {
            for payment in ledger.payments_of(book, *id) {
                if payment.journal.is_some_and(|journal| journal == 0) {
                    found.push(format!("payment {}: it names no journal", payment.id));
                }
            }
        }
    }
    for id in ledger.statement.iter().filter(|id| ledger.journals.get(**id).is_none()) {
        found.push(format!("the statement has journal {id}, which does not exist"));
    }
}

/// What one record names of another exists.
fn references(world: &World, found: &mut Vec<String>) {
    for id in world.orders.as_slice() {
        let order = world.order(*id);
        if !world.has_contact(order.contact) {
            found.push(format!("order {id}: contact {} does not exist", order.contact));
        }
        if !world.has_warehouse(order.warehouse) {
            found.push(format!("order {id}: warehouse {} does not exist", order.warehouse));
        }
        if order.parent != 0 && !world.orders.contains(order.parent) {
            found.push(format!("order {id}: its parent {} does not exist", order.parent));
        }
    }
    let catalogue = &world.changes.catalogue;
    for id in world.products.as_slice() {
        let record = world.product_record(*id);
        if !catalogue.brands.contains(record.brand) {
            found.push(format!("product {id}: brand {} does not exist", record.brand));
        }
        if !catalogue.types.contains(record.product_type) {
            found.push(format!("product {id}: product type {} does not exist", record.product_type));
        }
        for own in record.variations.iter().filter(|own| !catalogue.option_values.contains(own.value)) {
            found.push(format!("product {id}: option value {} does not exist", own.value));
        }
    }
    let people = &world.changes.people;
    for (_, (group, contact)) in people.memberships.iter() {
        if !people.groups.contains(*group) || !world.has_contact(*contact) {
            found.push(format!("contact {contact} is in group {group}, and one of them does not exist"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::world::journal::{Journal, JournalLine, Side};

    fn found_after(tamper: impl Fn(&mut World)) -> Vec<String> {
        let mut emulator = Emulator::new(Config { orders: 60, ..Config::default() }).unwrap();
        assert_eq!(emulator.audit(), [""; 0]);
        tamper(&mut emulator.world);
        emulator.audit()
    }

    #[test]
    fn what_was_tampered_with_is_found() {
        let product = |world: &World| {
            let mut products = world.products.as_slice().iter().copied();
            products.find(|id| !world.batches(*id).is_empty()).unwrap()
        };
        let more = found_after(|world| {
            let product = product(world);
            let mut batches = world.batches(product).into_owned();
            batches[0].quantity += 1;
            world.changes.goods.levels.insert(product, batches);
        });
        assert!(more.len() == 1 && more[0].contains("have moved there"), "{more:?}");
        let taken = found_after(|world| {
            let product = product(world);
            let mut batches = world.batches(product).into_owned();
            batches[0].allocated += 1;
            world.changes.goods.levels.insert(product, batches);
        });
        assert!(taken[0].contains("are held"), "{taken:?}");
        let unbalanced = found_after(|world| {
            let mut journal = Journal::new("JJ", 0, 0);
            journal.lines.push(JournalLine::new(Side::Debit, "4000", Decimal::ONE, Decimal::ONE));
            world.changes.add_journal(journal);
        });
        assert!(unbalanced[0].contains("differ by 1"), "{unbalanced:?}");
        let unpaid = found_after(|world| {
            let paid = world.orders.as_slice().iter().find(|id| world.order(**id).payment_status == 3);
            let id = *paid.unwrap();
            world.edit_order_quietly(id, |order| order.payment_status = 1);
        });
        assert!(unpaid[0].contains("payment status"), "{unpaid:?}");
        let nobody = found_after(|world| {
            world.changes.people.memberships.add(|_| (1, 999_999));
        });
        assert!(nobody[0].contains("999999"), "{nobody:?}");
    }
}
