//! What is in stock, where, and what moved it.
//!
//! Stock lies in batches: what came in with one goods note and lies in one place. A batch knows how much of
//! it is allocated, so every figure of a product is a sum over its batches and no two can disagree. The
//! ledger begins with an opening balance, drawn from the seed: a count at the end of the generated history,
//! so that whatever its notes moved came before.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::World;
use super::history::{History, STOCKED_WAREHOUSES, note_down};
use super::random::{Draw, Topic};
use super::reference::FIRST_WAREHOUSE;

/// What came in with one goods note and lies in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Batch {
    /// The goods note that it came in with.
    pub(crate) note: u32,
    pub(crate) warehouse: u32,
    pub(crate) location: u32,
    pub(crate) quantity: u32,
    /// How much of it is spoken for; never more than there is.
    pub(crate) allocated: u32,
    /// The cost of one piece.
    pub(crate) cost: Decimal,
    pub(crate) currency: String,
    pub(crate) received: i64,
}

impl Batch {
    pub(crate) fn free(&self) -> u32 {
        self.quantity - self.allocated
    }
}

/// Some pieces of one batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) product: u32,
    /// The goods note of the batch.
    pub(crate) batch: u32,
    pub(crate) location: u32,
    pub(crate) quantity: u32,
}

/// What kind of goods note moved stock. The codes are *inferred*; no source lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum NoteKind {
    GoodsIn,
    /// A goods-in note was put right or deleted.
    GoodsInCorrection,
    GoodsOut,
    StockCorrection,
    InternalTransfer,
    ExternalTransfer,
    QuarantineRelease,
}

impl NoteKind {
    pub(crate) fn code(self) -> &'static str {
        match self {
            NoteKind::GoodsIn => "PI",
            NoteKind::GoodsInCorrection => "PC",
            NoteKind::GoodsOut => "SO",
            NoteKind::StockCorrection => "SC",
            NoteKind::InternalTransfer => "IT",
            NoteKind::ExternalTransfer => "ET",
            NoteKind::QuarantineRelease => "QR",
        }
    }
}

/// One change of what is in stock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Movement {
    pub(crate) id: u32,
    pub(crate) product: u32,
    /// Below zero when stock left.
    pub(crate) quantity: i64,
    pub(crate) warehouse: u32,
    pub(crate) location: u32,
    pub(crate) note: u32,
    pub(crate) kind: NoteKind,
    /// 0: for no order.
    pub(crate) order: u32,
    pub(crate) order_row: u32,
    pub(crate) batch: u32,
    /// The cost of one piece.
    pub(crate) cost: Decimal,
    pub(crate) currency: String,
    pub(crate) at: i64,
}

/// Why and for whom stock moves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reason {
    pub(crate) note: u32,
    pub(crate) kind: NoteKind,
    pub(crate) order: u32,
    pub(crate) order_row: u32,
    pub(crate) at: i64,
}

/// What there is of a product, in one place or in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) on_hand: u32,
    pub(crate) allocated: u32,
    /// In quarantine: it has arrived but cannot be sold.
    pub(crate) in_transit: u32,
}

impl Level {
    pub(crate) fn in_stock(&self) -> u32 {
        self.on_hand.saturating_add(self.allocated)
    }
}

impl World {
    /// The batches of a product, oldest first.
    pub(crate) fn batches(&self, product: u32) -> Cow<'_, [Batch]> {
        match self.changes.goods.levels.get(&product) {
            Some(batches) => Cow::Borrowed(batches),
            None => Cow::Owned(self.opening_batches(product)),
        }
    }

    fn batches_mut(&mut self, product: u32) -> &mut Vec<Batch> {
        if !self.changes.goods.levels.contains_key(&product) {
            let opening = self.opening_batches(product);
            self.changes.goods.levels.insert(product, opening);
        }
        self.changes.goods.levels.entry(product).or_default()
    }

    /// What lay there when the ledger began.
    pub(crate) fn opening_batches(&self, product: u32) -> Vec<Batch> {
        (0..STOCKED_WAREHOUSES.min(self.warehouses)).filter_map(|nth| self.opening(product, nth)).collect()
    }

    /// The opening balance of a product in the nth warehouse; none when it had nothing there.
    fn opening(&self, product: u32, nth: u32) -> Option<Batch> {
        if !self.history.has_product(product) || !self.products.contains(product) {
            return None;
        }
        let generated = self.generated_product(product);
        if !generated.stock_tracked {
            return None;
        }
        let number = History::opening(product, nth);
        let mut draw = Draw::new(self.seed, Topic::Stock, u64::from(number));
        let has_any = draw.chance(if nth == 0 { 850 } else { 350 });
        let free = if has_any { draw.between(1, 240) } else { 0 };
        let warehouse = FIRST_WAREHOUSE + nth;
        let allocated = self.reserved_at_first(product, warehouse);
        (free + allocated > 0).then(|| Batch {
            note: self.history.first_opening_note() + number,
            warehouse,
            location: Self::first_location(warehouse),
            quantity: free + allocated,
            allocated,
            cost: generated.cost(),
            currency: self.currencies[0].code.clone(),
            received: self.epoch_ms,
        })
    }

    /// What there is of a product, by warehouse.
    pub(crate) fn level(&self, product: u32, warehouse: u32) -> Level {
        self.level_of(self.batches(product).iter().filter(|batch| batch.warehouse == warehouse))
    }

    /// The sum over batches.
    pub(crate) fn level_of<'a>(&self, batches: impl Iterator<Item = &'a Batch>) -> Level {
        let mut level = Level::default();
        for batch in batches {
            if self.is_quarantine(batch.location) {
                level.in_transit = level.in_transit.saturating_add(batch.quantity);
            } else {
                level.on_hand = level.on_hand.saturating_add(batch.free());
                level.allocated = level.allocated.saturating_add(batch.allocated);
            }
        }
        level
    }

    /// Allocates as much as there is, up to `quantity`, oldest batches first.
    pub(crate) fn allocate(
        &mut self,
        product: u32,
        warehouse: u32,
        location: Option<u32>,
        quantity: u32,
    ) -> Vec<Line> {
        let mut missing = quantity;
        let mut lines = Vec::new();
        for index in self.sellable(product, warehouse, location) {
            if missing == 0 {
                break;
            }
            let batch = &mut self.batches_mut(product)[index];
            let taken = missing.min(batch.free());
            if taken > 0 {
                batch.allocated += taken;
                missing -= taken;
                lines.push(Line { product, batch: batch.note, location: batch.location, quantity: taken });
            }
        }
        lines
    }

    /// Allocates pieces of one batch in one place, as many as there are up to `quantity`.
    pub(crate) fn allocate_from_batch(
        &mut self,
        product: u32,
        note: u32,
        location: u32,
        quantity: u32,
    ) -> Vec<Line> {
        let whole = Line { product, batch: note, location, quantity };
        let Some(batch) = self.batch_mut(&whole) else { return Vec::new() };
        let taken = quantity.min(batch.free());
        batch.allocated += taken;
        if taken == 0 { Vec::new() } else { vec![Line { quantity: taken, ..whole }] }
    }

    /// Puts another cost on batches of a product.
    pub(crate) fn revalue(
        &mut self,
        product: u32,
        concerned: impl Fn(&Batch) -> bool,
        cost: Decimal,
        currency: &str,
    ) {
        self.changes.revision += 1;
        for batch in self.batches_mut(product).iter_mut().filter(|batch| concerned(batch)) {
            batch.cost = cost;
            batch.currency = currency.to_owned();
        }
    }

    /// The positions of batches that can be sold from, oldest first.
    fn sellable(&self, product: u32, warehouse: u32, location: Option<u32>) -> Vec<usize> {
        let batches = self.batches(product);
        let fits = |batch: &Batch| {
            batch.warehouse == warehouse
                && location.is_none_or(|location| batch.location == location)
                && (location.is_some() || !self.is_quarantine(batch.location))
        };
        (0..batches.len()).filter(|index| fits(&batches[*index])).collect()
    }

    /// Gives allocated stock back.
    pub(crate) fn release(&mut self, line: &Line) {
        if let Some(batch) = self.batch_mut(line) {
            batch.allocated = batch.allocated.saturating_sub(line.quantity);
        }
    }

    /// Allocated stock leaves, and what was there of it is known from the answer: the batch as it was.
    pub(crate) fn take_out(&mut self, line: &Line, reason: Reason) -> Option<Batch> {
        let batch = self.batch_mut(line)?;
        let left = batch.clone();
        batch.allocated = batch.allocated.saturating_sub(line.quantity);
        batch.quantity -= line.quantity;
        self.batches_mut(line.product).retain(|batch| batch.quantity > 0);
        self.record(line.product, &left, -i64::from(line.quantity), reason);
        Some(left)
    }

    /// Stock comes in. Pieces of a batch that lies there already join it.
    pub(crate) fn bring_in(&mut self, product: u32, batch: Batch, reason: Reason) {
        self.record(product, &batch, i64::from(batch.quantity), reason);
        let batches = self.batches_mut(product);
        let same = |own: &&mut Batch| own.note == batch.note && own.location == batch.location;
        match batches.iter_mut().find(same) {
            Some(own) => own.quantity = own.quantity.saturating_add(batch.quantity),
            None => batches.push(batch),
        }
    }

    fn batch_mut(&mut self, line: &Line) -> Option<&mut Batch> {
        self.batches_mut(line.product)
            .iter_mut()
            .find(|batch| batch.note == line.batch && batch.location == line.location)
    }

    fn record(&mut self, product: u32, batch: &Batch, quantity: i64, reason: Reason) {
        let id = self.history.openings() + self.changes.goods.movements.len() as u32 + 1;
        self.changes.goods.movements.push(Movement {
            id,
            product,
            quantity,
            warehouse: batch.warehouse,
            location: batch.location,
            note: reason.note,
            kind: reason.kind,
            order: reason.order,
            order_row: reason.order_row,
            batch: batch.note,
            cost: batch.cost,
            currency: batch.currency.clone(),
            at: reason.at,
        });
        self.changes.revision += 1;
        self.changes.publish("product", "modified.on-hand-modified", product);
        note_down(&mut self.history.lists.movements, id);
        if reason.kind == NoteKind::GoodsIn {
            let receipt = self.receipt_of(id);
            note_down(&mut self.history.lists.receipts, receipt);
        }
    }

    /// The ids of all movements.
    pub(crate) fn movement_ids(&self) -> &[u32] {
        self.history.lists.movements.get_or_init(|| {
            let stocked = STOCKED_WAREHOUSES.min(self.warehouses);
            let exists = |number: &u32| {
                let (product, nth) = History::of_opening(*number);
                nth < stocked && self.opening(product, nth).is_some()
            };
            let opening = (0..self.history.openings()).filter(exists).map(|number| number + 1);
            opening.chain(self.changes.goods.movements.iter().map(|movement| movement.id)).collect()
        })
    }

    /// The movement with that id, if there is one.
    pub(crate) fn movement(&self, id: u32) -> Option<Movement> {
        let openings = self.history.openings();
        if let Some(written) = id.checked_sub(openings + 1) {
            return self.changes.goods.movements.get(written as usize).cloned();
        }
        let (product, nth) = History::of_opening(id.checked_sub(1)?);
        let batch = self.opening(product, nth)?;
        Some(Movement {
            id,
            product,
            quantity: i64::from(batch.quantity),
            warehouse: batch.warehouse,
            location: batch.location,
            note: batch.note,
            kind: NoteKind::StockCorrection,
            order: 0,
            order_row: 0,
            batch: batch.note,
            cost: batch.cost,
            currency: batch.currency,
            at: batch.received,
        })
    }

    /// Gives a new goods note its id. All kinds of goods notes share one sequence.
    pub(crate) fn next_goods_note(&mut self) -> u32 {
        let id = self.history.notes_end() + self.changes.goods.notes_given;
        self.changes.goods.notes_given += 1;
        id
    }
}
