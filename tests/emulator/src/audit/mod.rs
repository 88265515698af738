//! Whether an account agrees with itself.
//!
//! The figures of an account are worked out in several places: what is allocated is counted in batches, and held by
//! reservations and notes; what was paid is a sum of payments, and a status of the order, and an entry in the books.
//! This looks at all of them.

mod books;
mod stock;

use rust_decimal::Decimal;

use crate::emulator::Emulator;
use crate::world::World;
use crate::world::order::Order;

impl Emulator {
    /// Everything in which the account contradicts itself, in words; nothing in an account that is sound.
    ///
    /// It looks at every record, which takes a while in a large account:
    ///
    /// - Stock is what corrections, receipts, shipments and transfers come to; movements are what their notes say; what
    ///   is allocated is what reservations and notes hold (API notes §8.3).
    /// - Totals of orders are those of their rows; payment statuses are what payments come to (§8.1, §8.5.5);
    ///   statuses of stock, shipping and allocation are what its notes and reservation come to (§8.1, §8.3); nothing is
    ///   fulfilled that was not ordered.
    /// - Journals balance in both currencies, name accounts that exist, and lie in open periods (§8.5.1 to §8.5.3);
    ///   payments have the entries that their methods make, and invoiced orders have invoices of their total (§8.5.5,
    ///   §8.1.7).
    /// - Balances, statements and the searches over payments and lines list what the books have, once (§8.5.6).
    /// - What one record names of another exists.
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
        stock::look(world, &mut found);
        orders(world, &mut found);
        books::look(world, &mut found);
        references(world, &mut found);
        found
    }
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
        if let Some([said, expected]) = world.false_fulfilment(&order) {
            found.push(format!("order {id}: its statuses are {said}, and by its rows and notes {expected}"));
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
    use crate::world::order::Progress;
    use crate::world::payment::{Payment, PaymentBook};

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
            world.add_journal(journal);
        });
        assert!(unbalanced[0].contains("differ by 1"), "{unbalanced:?}");
        let uneven = found_after(|world| {
            let mut journal = Journal::new("JJ", 0, 0);
            for (side, value) in [(Side::Debit, 2), (Side::Credit, 1)] {
                let line = JournalLine::new(side, "9999", Decimal::ONE, Decimal::ONE);
                journal.lines.push(JournalLine { value: Decimal::from(value), ..line });
            }
            world.changes.ledger.journals.add(|id| Journal { id, ..journal });
            world.history.lists.journals.take();
        });
        let rules = [
            "accounting currency by 1",
            "9999 does not exist",
            "no accounting period",
            "line 0 is not listed",
        ];
        for rule in rules.into_iter().chain(["all accounts together come to 1"]) {
            assert!(uneven.iter().any(|own| own.contains(rule)), "{rule}: {uneven:?}");
        }
        let invoice = found_after(|world| {
            let id = world.orders.as_slice().iter().find(|id| world.invoice_of(**id).is_some());
            let mut rows = world.order_rows(&world.order(*id.unwrap()));
            rows[0].tax_amount += Decimal::ONE;
            world.details_mut(*id.unwrap()).rows = Some(rows);
        });
        assert!(invoice.iter().any(|own| own.contains("its invoice")), "{invoice:?}");
        let opened = found_after(|world| {
            let id = world.orders.as_slice().iter().find(|id| world.order(**id).progress == Progress::Open);
            world.edit_order_quietly(*id.unwrap(), |order| order.progress = Progress::Invoiced);
        });
        assert!(opened[0].contains("the books have no invoice"), "{opened:?}");
        let entry = found_after(|world| {
            let paid = world.payment_ids(PaymentBook::Customer).to_vec();
            let mut paid = paid.into_iter().filter_map(|id| world.payment(PaymentBook::Customer, id));
            let payment = paid.find(|payment| payment.has_own_journal).unwrap();
            world.strike_payment(PaymentBook::Customer, payment.id);
            let less = Payment { paid: payment.paid - Decimal::ONE, ..payment };
            world.record_payment(PaymentBook::Customer, less);
        });
        assert!(entry.iter().any(|own| own.contains("says something else")), "{entry:?}");
        let lost = found_after(|world| {
            world.changes.goods.movements.extend(world.movement(world.movement_ids()[0]));
            world.history.lists.movements.take();
        });
        assert!(lost.iter().any(|own| own.contains("have moved, it says")), "{lost:?}");
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
