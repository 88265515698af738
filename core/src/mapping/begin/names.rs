//! What other systems call things: the words of names, and the names that usually mean a member of a body.

/// The words of a name in lower case and in the singular: `lineItems`, `line_items` and `Line Items` are `line item`.
pub(super) fn words(name: &str) -> Vec<String> {
    #[derive(Clone, Copy, PartialEq)]
    enum Letter {
        Lower,
        Upper,
        Digit,
        Other,
    }
    let mut words: Vec<String> = Vec::new();
    let mut last = Letter::Other;
    for character in name.chars() {
        let sign = if character.is_ascii_digit() {
            Letter::Digit
        } else if character.is_uppercase() {
            Letter::Upper
        } else if character.is_alphabetic() {
            Letter::Lower
        } else {
            Letter::Other
        };
        let goes_on = last == sign || (last, sign) == (Letter::Upper, Letter::Lower);
        match words.last_mut() {
            _ if sign == Letter::Other => {}
            Some(word) if goes_on => word.extend(character.to_lowercase()),
            Some(_) | None => words.push(character.to_lowercase().collect()),
        }
        last = sign;
    }
    words.into_iter().map(singular).collect()
}

fn singular(word: String) -> String {
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 2) {
        return format!("{stem}y");
    }
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !stem.ends_with(['s', 'u']) && !word.ends_with("address") => {
            stem.to_owned()
        }
        Some(_) | None => word,
    }
}

/// A part of a record that has names of its own, which mean something else elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Party {
    Billing,
    Delivery,
    Customer,
}

/// The words that say of which part something is.
const PARTIES: [(Party, &[&str]); 3] = [
    (Party::Billing, &["billing", "bill", "invoice"]),
    (Party::Delivery, &["delivery", "shipping", "ship", "shipment", "recipient"]),
    (Party::Customer, &["customer", "buyer", "client", "purchaser"]),
];

/// Words that say nothing.
const EMPTY_WORDS: [&str; 10] =
    ["address", "detail", "info", "information", "order", "data", "attribute", "record", "to", "contact"];

impl Party {
    /// The part that words are about, and what is left of them.
    pub(super) fn of(words: &[String]) -> (Option<Self>, Vec<&str>) {
        let party =
            |word: &str| PARTIES.iter().find(|(_, names)| names.contains(&word)).map(|(party, _)| *party);
        let found = words.iter().find_map(|word| party(word));
        (found, words.iter().map(String::as_str).filter(|word| party(word).is_none()).collect())
    }
}

/// Whether words of what is around a value say nothing of it.
pub(super) fn says_nothing(word: &str) -> bool {
    EMPTY_WORDS.contains(&word)
}

/// What other systems call the name that people know a record by.
const REFERENCES: &[&str] = &[
    "name",
    "number",
    "order number",
    "order name",
    "increment id",
    "reference",
    "order reference",
    "customer ref",
];

/// What they call the moment at which it was placed.
const MOMENTS: &[&str] = &[
    "processed at",
    "created at",
    "date created",
    "create at",
    "order date",
    "creation date",
    "purchase date",
    "placed at",
    "created time",
    "created",
    "date",
    "created on",
    "create date",
    "ordered at",
    "invoice date",
];

/// What they call its currency.
const CURRENCIES: &[&str] =
    &["currency", "currency code", "order currency code", "order currency", "currency iso"];

/// The usual names for a member, the likeliest first. Some members are known with what is around them.
const NAMES: &[(&str, &[&str])] = &[
    ("ref", REFERENCES),
    ("reference", REFERENCES),
    (
        "external ref",
        &["id", "order id", "amazon order id", "entity id", "external id", "uuid", "item id", "line id"],
    ),
    ("placed on", MOMENTS),
    ("tax date", MOMENTS),
    ("currency code", CURRENCIES),
    ("currency order currency code", CURRENCIES),
    ("address full name", &["name", "full name", "attention", "attn"]),
    ("company name", &["company", "organisation", "organization", "business name"]),
    (
        "address line 1",
        &["address 1", "street", "street 1", "line 1", "street line 1", "street address", "address"],
    ),
    ("address line 2", &["address 2", "street 2", "line 2", "street line 2"]),
    ("address line 3", &["city", "town", "locality", "address line 3"]),
    (
        "address line 4",
        &[
            "province",
            "state",
            "region",
            "county",
            "state or region",
            "state province",
            "administrative district level 1",
        ],
    ),
    ("postal code", &["zip", "postcode", "post code", "zip code", "zipcode"]),
    ("country iso code", &["country code", "country iso 2", "country iso", "country id", "country"]),
    ("telephone", &["phone", "phone number", "tel", "telephone number"]),
    ("mobile telephone", &["mobile", "mobile phone", "cell phone"]),
    ("email", &["email address", "mail", "e mail"]),
    ("first name", &["firstname", "given name", "forename", "first"]),
    ("last name", &["lastname", "family name", "surname", "last"]),
    ("quantity", QUANTITIES),
    ("name", &["title", "product name", "product title", "item name", "description", "product"]),
    ("sku", &["seller sku", "product sku", "item sku", "product code", "item code", "variant sku"]),
    ("text", &["note", "comment", "message", "remark"]),
    ("is new", &["new"]),
];

/// What is stated of money, the likeliest name first.
pub(super) const TOTALS: &[&str] = &[
    "current total price",
    "total price",
    "grand total",
    "order total",
    "total",
    "total amount",
    "total inc tax",
    "amount total",
    "total value",
    "total gross",
    "gross total",
    "gross amount",
    "total incl tax",
    "total including tax",
    "total with tax",
    "invoice total",
    "order amount",
];
pub(super) const NETS: &[&str] = &[
    "net",
    "net amount",
    "line net",
    "total ex tax",
    "row total",
    "line total",
    "total",
    "amount total",
    "total amount",
    "amount",
    "subtotal",
    "amount subtotal",
];
pub(super) const QUANTITIES: &[&str] = &[
    "quantity",
    "qty",
    "qty ordered",
    "quantity ordered",
    "ordered quantity",
    "item quantity",
    "item qty",
    "line quantity",
    "unit",
    "count",
];
pub(super) const PRICES: &[&str] = &[
    "price",
    "unit price",
    "price ex tax",
    "base price",
    "unit amount",
    "unit cost",
    "cost",
    "item price",
    "price inc tax",
];
pub(super) const TAXES: &[&str] = &[
    "tax",
    "total tax",
    "tax amount",
    "tax total",
    "line tax",
    "vat",
    "vat amount",
    "item tax",
    "amount tax",
];
/// The tax of a whole record.
pub(super) const TOTAL_TAXES: &[&str] = &[
    "current total tax",
    "total tax",
    "tax total",
    "total tax amount",
    "tax amount",
    "amount tax",
    "total vat",
    "vat amount",
    "tax",
    "vat",
];
pub(super) const TAX_LISTS: &[&str] = &["tax line", "tax", "tax detail"];
pub(super) const AMOUNTS: &[&str] = &["price", "amount", "total", "cost", "value"];
pub(super) const DISCOUNTS: &[&str] = &["discount", "total discount", "discount amount", "line discount"];
pub(super) const DISCOUNT_LISTS: &[&str] = &["discount allocation", "discount"];
pub(super) const SHIPPING_LISTS: &[&str] = &["shipping line", "shipping", "shipping charge", "delivery line"];
pub(super) const SHIPPING: &[&str] = &[
    "shipping total",
    "total shipping",
    "shipping amount",
    "shipping cost",
    "shipping price",
    "shipping cost ex tax",
    "shipping",
    "delivery cost",
    "delivery charge",
    "postage",
    "freight",
];
pub(super) const SHIPPING_TAXES: &[&str] = &["shipping tax", "shipping tax amount", "shipping cost tax"];

/// The arrays whose elements usually become a member's elements.
const LISTS: &[(&str, &[&str])] = &[
    (
        "row",
        &[
            "line item",
            "order line",
            "order item",
            "item",
            "line",
            "row",
            "order row",
            "product",
            "order product",
        ],
    ),
    ("correction", &["line", "item", "correction", "adjustment", "count"]),
];

/// How likely a name means a member; `None` of one that does not. `around` and `member` are the words of the member's
/// place and of itself.
pub(super) fn likeness(around: &[String], member: &[String], name: &str) -> Option<usize> {
    let own = member.join(" ");
    let placed = around.last().map(|last| format!("{last} {own}"));
    let known = |wanted: &str| NAMES.iter().find(|(known, _)| *known == wanted).map(|(_, names)| *names);
    let names = placed.as_deref().and_then(known);
    // What is known with what is around it means nothing by its own name alone.
    if let (Some(names), Some(placed)) = (names, &placed) {
        return if name == placed { Some(0) } else { rank(names, name) };
    }
    if name == own {
        return Some(0);
    }
    rank(known(&own)?, name)
}

/// How likely an array is the one that a member's elements come of.
pub(super) fn list_likeness(member: &[String], name: &str) -> Option<usize> {
    let own = member.join(" ");
    if name == own {
        return Some(0);
    }
    let known = LISTS.iter().find(|(known, _)| *known == own).map(|(_, names)| *names)?;
    rank(known, name)
}

/// Words behind the name of a sum that say no more than that it is one: `total_money.amount`, `priceSet.shopMoney.amount`.
const MONEY_WORDS: [&str; 5] = ["amount", "value", "money", "shop", "set"];

/// Words before the name of a record's sum that say no more than that it is the record's: `pricingSummary.total`.
const OF_RECORDS: [&str; 8] =
    ["order", "sale", "invoice", "checkout", "proceed", "pricing", "summary", "total"];

/// The same of a row's: `product.price.unitPrice`.
const OF_ROWS: [&str; 8] = ["line", "item", "product", "price", "proceed", "pricing", "original", "total"];

/// How likely a value of a record is one of these sums of it, by its name with what is around it.
pub(super) fn rank_in_record(names: &[&str], full_name: &str) -> Option<usize> {
    rank_of_sum(names, full_name, &OF_RECORDS)
}

/// The same of a row, by its own name, or with what is around it where that says nothing.
pub(super) fn rank_in_row(names: &[&str], name: &str, full_name: &str) -> Option<usize> {
    let is_telling = name.split(' ').any(|word| !MONEY_WORDS.contains(&word));
    rank_of_sum(names, if is_telling { name } else { full_name }, &OF_ROWS)
}

fn rank_of_sum(names: &[&str], name: &str, around: &[&str]) -> Option<usize> {
    let words: Vec<&str> = name.split(' ').collect();
    let before = words.iter().take_while(|word| around.contains(word)).count();
    let behind = words.iter().rev().take_while(|word| MONEY_WORDS.contains(word)).count();
    let ends = (0..=behind).map(|behind| words.len() - behind);
    let parts = ends.flat_map(|end| (0..=before).map(move |start| (start, end)));
    parts.filter_map(|(start, end)| rank(names, &words.get(start..end)?.join(" "))).min()
}

/// The place of a name among others, from 1.
pub(super) fn rank(names: &[&str], name: &str) -> Option<usize> {
    names.iter().position(|known| *known == name).map(|place| place + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_however_they_are_written() {
        for (name, expected) in [
            ("lineItems", "line item"),
            ("Line Items", "line item"),
            ("line-items", "line item"),
            ("address1", "address 1"),
            ("addressLine1", "address line 1"),
            ("SKU", "sku"),
            ("country_codes", "country code"),
            ("taxes", "taxe"),
            ("address", "address"),
            ("status", "status"),
            ("companies", "company"),
            ("", ""),
        ] {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
    }

    #[test]
    fn a_name_means_what_it_usually_means() {
        let place = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(likeness(&[], &words("placedOn"), "created at"), Some(2));
        assert_eq!(likeness(&place(&["currency"]), &words("code"), "currency"), Some(1));
        assert_eq!(likeness(&place(&["currency"]), &words("code"), "code"), None);
        assert_eq!(likeness(&[], &words("quantity"), "quantity"), Some(0));
        assert_eq!(likeness(&[], &words("quantity"), "weight"), None);
        assert_eq!(list_likeness(&words("rows"), "line item"), Some(1));
        // Members that are called alike are guessed alike.
        for name in ["create at", "invoice date"] {
            let [placed, taxed] = ["placedOn", "taxDate"].map(|member| likeness(&[], &words(member), name));
            assert!(placed.is_some() && placed == taxed, "{name}");
        }
    }
}
