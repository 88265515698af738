//! Members that tell who somebody is, or how to reach them, by their names: those of Brightpearl's records, and those that
//! other systems' records have for the same.

/// Where in a name the letters of an entry stand.
#[derive(Clone, Copy, Debug)]
enum Stands {
    Anywhere,
    First,
    Last,
    Alone,
}

/// Names by their letters, since systems differ in capitals, underscores and numbers.
const PERSONAL: [(Stands, &[&str]); 4] = [
    (
        Stands::Anywhere,
        &[
            "email",
            "phone",
            "fax",
            "voip",
            "addressline",
            "addressfull",
            "street",
            "firstname",
            "lastname",
            "fullname",
            "contactname",
            "customername",
            "suppliername",
            "companyname",
            "billingname",
            "deliveryname",
            "ownername",
            "postcode",
            "postalcode",
            "birth",
            "notetext",
        ],
    ),
    (Stands::First, &["salutation", "zip"]),
    (Stands::Last, &["address", "addresses", "website", "websites"]),
    (
        Stands::Alone,
        &["city", "town", "mob", "pri", "sec", "organisation", "vatnumber", "taxnumber", "note", "notes"],
    ),
];

/// Whether a member of that name has personal data, such as `emails`, `addressLine1` or `post_code`. Ids never do: who may
/// look them up is asked there.
pub fn is_personal(name: &str) -> bool {
    let letters: String =
        name.chars().filter(|letter| letter.is_alphabetic()).flat_map(char::to_lowercase).collect();
    let is_id = letters.ends_with("id") || letters.ends_with("ids");
    !is_id
        && PERSONAL.iter().any(|(stands, entries)| {
            entries.iter().any(|entry| match stands {
                Stands::Anywhere => letters.contains(entry),
                Stands::First => letters.starts_with(entry),
                Stands::Last => letters.ends_with(entry),
                Stands::Alone => letters == *entry,
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_personal_data_are_known_however_they_are_spelt() {
        for name in [
            "emails",
            "E-Mail",
            "email1",
            "addressLine1",
            "addressFullName",
            "addresses",
            "delivery_address",
            "postCode",
            "postal_code",
            "zip4",
            "City",
            "firstName",
            "companyname",
            "dateOfBirth",
            "note",
            "noteText",
            "MOB",
            "vatNumber",
            "websites",
            "salutation",
        ] {
            assert!(is_personal(name), "{name}");
        }
        for name in [
            "postAddressIds",
            "addressId",
            "customerId",
            "noteTypeCode",
            "capacity",
            "name",
            "reference",
            "",
            "primary",
            "ids",
        ] {
            assert!(!is_personal(name), "{name}");
        }
    }
}
