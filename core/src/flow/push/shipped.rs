//! Whether a goods-out note has what was shipped: of each product as much, where the shipment says which they are, and as
//! much in all. Products are Brightpearl's ids in a note; their SKUs are looked up where the shipment has SKUs, and
//! compared as the search compares them.

use std::collections::BTreeMap;

use super::lookup::{Hit, Lookups};
use super::sought::{Group, Sought};
use crate::catalog::{ShippedNote, SkuSearch};
use crate::json::{Record, id_of, records};
use crate::mapping::{PieceIdentity, ShippedPieces};
use crate::value::Decimal;

/// How many products a reason names.
const NAMED: usize = 20;

/// Places behind the point of a quantity.
const PLACES: u32 = 4;

/// What can be said of a shipment and its note.
#[derive(Debug)]
pub(super) enum NoteComparison {
    /// The note has it.
    Noted,
    /// It is not known what these products are.
    Unsought(Vec<Sought>),
    /// It cannot be found out, for this reason.
    Unknown(String),
    /// What each of them has, in words.
    Differs { noted: String, shipped: String },
}

/// What a note has, in the smallest parts of a piece.
struct NotedPieces {
    total: i128,
    /// How many of each product; of what names none in the last place.
    products: BTreeMap<Option<u64>, i128>,
}

/// Counts of pieces by what they are, with how that is spelled.
type PieceCounts = BTreeMap<String, (String, i128)>;

/// Compares a note as it was read with what was shipped.
pub(super) fn compared(
    note: &ShippedNote,
    json: &str,
    shipped: &ShippedPieces,
    lookups: &Lookups,
) -> NoteComparison {
    let unknown = |why: &str| {
        NoteComparison::Unknown(format!(
            "{why}, so that it is not known whether the note has what was shipped"
        ))
    };
    let Some(total) = parts(shipped.total) else {
        return unknown("the shipment has a quantity of more than four decimal places");
    };
    let Some(noted) = NotedPieces::of(note, json) else {
        return unknown("the goods-out note came without its rows, or with a quantity that cannot be read");
    };
    if shipped.items.is_empty() {
        return if noted.total == total {
            NoteComparison::Noted
        } else {
            NoteComparison::Differs { noted: in_all(noted.total), shipped: in_all(total) }
        };
    }
    let Some(products) = noted.products() else {
        return unknown("the goods-out note has a row that names no product");
    };
    let there = match shipped.identity {
        PieceIdentity::Sku { caseless } => match by_sku(&note.skus, &products, caseless, lookups) {
            Ok(there) => there,
            Err(comparison) => return comparison,
        },
        PieceIdentity::Product | PieceIdentity::Unknown => {
            let by_id = |(id, count): (&u64, &i128)| (id.to_string(), (id.to_string(), *count));
            products.iter().map(by_id).collect()
        }
    };
    let Some(sent) = sent(note, shipped) else {
        return unknown("the shipment has a quantity of more than four decimal places");
    };
    // What names no product may be whatever is left.
    let fits = |(name, (_, count)): (&String, &(String, i128))| {
        there.get(name).map_or(*count == 0, |(_, noted)| count <= noted)
    };
    let unnamed = total - sent.values().map(|(_, count)| count).sum::<i128>();
    if noted.total == total && sent.iter().all(fits) {
        return NoteComparison::Noted;
    }
    NoteComparison::Differs { noted: listed(&there, 0), shipped: listed(&sent, unnamed) }
}

impl NotedPieces {
    /// Nothing where its rows, or one of their quantities, cannot be read.
    fn of(note: &ShippedNote, json: &str) -> Option<Self> {
        let rows = Record::parse(json).record(note.rows);
        if rows.0.is_empty() {
            // No note is of nothing: they were left out on the way.
            return None;
        }
        let mut noted = Self { total: 0, products: BTreeMap::new() };
        for row in rows.0.iter().flat_map(|(_, row)| records(row)) {
            let count = parts(row.decimal(note.quantity)?)?;
            let product = row.node(note.product).as_ref().and_then(id_of).filter(|id| *id > 0);
            noted.total = noted.total.checked_add(count)?;
            let known = noted.products.entry(product).or_default();
            *known = known.checked_add(count)?;
        }
        Some(noted)
    }

    /// How many of each product; nothing where a row does not name its product.
    fn products(&self) -> Option<BTreeMap<u64, i128>> {
        self.products.iter().map(|(product, count)| product.map(|product| (product, *count))).collect()
    }
}

/// What the SKUs of a note's products are.
fn by_sku(
    skus: &SkuSearch,
    products: &BTreeMap<u64, i128>,
    caseless: bool,
    lookups: &Lookups,
) -> Result<PieceCounts, NoteComparison> {
    let by_product = Group { take: Some(skus.sku.into()), ..column(skus, skus.product) };
    let sought = |id: &u64| Sought::new(by_product.clone(), &id.to_string());
    let unsought: Vec<Sought> = products
        .keys()
        .map(sought)
        .filter(|sought| lookups.obstacle(sought).is_none() && lookups.hits(sought).is_none())
        .collect();
    if !unsought.is_empty() {
        return Err(NoteComparison::Unsought(unsought));
    }
    let mut pieces = PieceCounts::new();
    for (id, count) in products {
        let sought = sought(id);
        let unknown = |why: &str| {
            NoteComparison::Unknown(format!(
                "the SKU of product {id} of the goods-out note is not known: {why}"
            ))
        };
        let spelled = match (lookups.hits(&sought), lookups.obstacle(&sought)) {
            // A product may have no SKU.
            (None, Some(_)) if lookups.is_nameless(&sought) => String::new(),
            (_, Some(reason)) => return Err(unknown(&reason)),
            (Some([Hit::Text(sku)]), None) => sku.trim().to_owned(),
            (Some([Hit::Id(sku)]), None) => sku.to_string(),
            (Some([]) | None, None) => return Err(unknown("Brightpearl does not find it")),
            (Some(_), None) => return Err(unknown("Brightpearl has several")),
        };
        let known = pieces.entry(compared_sku(skus, &spelled, caseless)).or_insert((spelled, 0));
        known.1 += count;
    }
    Ok(pieces)
}

/// What was shipped, by what it is compared by.
fn sent(note: &ShippedNote, shipped: &ShippedPieces) -> Option<PieceCounts> {
    let mut pieces = PieceCounts::new();
    for (spelled, count) in &shipped.items {
        let name = match shipped.identity {
            PieceIdentity::Sku { caseless } => compared_sku(&note.skus, spelled, caseless),
            PieceIdentity::Product | PieceIdentity::Unknown => {
                column(&note.skus, note.skus.product).normal(spelled)
            }
        };
        let known = pieces.entry(name).or_insert((spelled.clone(), 0));
        known.1 = known.1.checked_add(parts(*count)?)?;
    }
    Some(pieces)
}

/// A SKU as it is compared.
fn compared_sku(skus: &SkuSearch, spelled: &str, caseless: bool) -> String {
    let normal = column(skus, skus.sku).normal(spelled);
    if caseless { normal.to_lowercase() } else { normal }
}

fn column(skus: &SkuSearch, column: &str) -> Group {
    Group { search: skus.search.into(), column: column.into(), by: Vec::new(), take: None }
}

fn parts(count: Decimal) -> Option<i128> {
    Some(count.with_places(PLACES).ok()?.mantissa())
}

fn count(parts: i128) -> String {
    let count = Decimal::from_parts(parts, PLACES).unwrap_or_default();
    count.with_places(0).unwrap_or(count).to_string()
}

fn in_all(total: i128) -> String {
    match count(total).as_str() {
        "1" => "1 piece".to_owned(),
        count => format!("{count} pieces"),
    }
}

/// `2 of MUG and 1 of CUP`.
fn listed(pieces: &PieceCounts, unnamed: i128) -> String {
    let mut words: Vec<String> = pieces
        .values()
        .filter(|(_, pieces)| *pieces != 0)
        .map(|(spelled, pieces)| match spelled.as_str() {
            "" => format!("{} without a SKU", count(*pieces)),
            spelled => format!("{} of {spelled}", count(*pieces)),
        })
        .collect();
    let more = words.len().saturating_sub(NAMED);
    words.truncate(NAMED);
    if more > 0 {
        words.push(format!("{more} more products"));
    }
    if unnamed != 0 {
        words.push(format!("{} of which it is not said what they are", count(unnamed)));
    }
    match words.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
    }
}
