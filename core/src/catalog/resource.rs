//! One entry of the catalog.

use serde::Serialize;

use super::operation::{Deprecation, Endpoint, EndpointOperation};
use super::search::SearchResource;

/// The section of the API's own reference in which a resource stands (API notes §8.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// Tokens and developer tools.
    Utilities,
    /// Journals, invoices, payments.
    Accounting,
    /// Customers, suppliers, staff.
    Contact,
    /// Webhooks and the account's configuration.
    Integration,
    /// Orders and credits of both directions.
    Order,
    /// Prices for a customer.
    Pricing,
    /// Products and what describes them.
    Product,
    /// Stock and its movements.
    Warehouse,
    /// In no section: known from the help centre or from clients only.
    Elsewhere,
}

impl Section {
    /// Every section, in the order of the reference.
    pub const ALL: [Section; 9] = [
        Section::Utilities,
        Section::Accounting,
        Section::Contact,
        Section::Integration,
        Section::Order,
        Section::Pricing,
        Section::Product,
        Section::Warehouse,
        Section::Elsewhere,
    ];

    /// The section's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Section::Utilities => "utilities",
            Section::Accounting => "accounting",
            Section::Contact => "contact",
            Section::Integration => "integration",
            Section::Order => "order",
            Section::Pricing => "pricing",
            Section::Product => "product",
            Section::Warehouse => "warehouse",
            Section::Elsewhere => "elsewhere",
        }
    }
}

/// How much is known about a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Detail {
    /// Bodies and answers.
    Full,
    /// Some of them.
    Partial,
    /// The name, and at most the path. Requests work; nothing is checked.
    NameOnly,
}

/// One resource of the API: where it is, what can be done with it, and how it is searched.
#[derive(Clone, Copy, Debug)]
pub struct Resource {
    /// The short name, such as `order-row`. No two resources share one.
    pub name: &'static str,
    /// The name in the API's own reference, such as `Order row`; unique within its section.
    pub title: &'static str,
    /// Where it stands in that reference.
    pub section: Section,
    /// How much is known about it.
    pub detail: Detail,
    /// The section of the API notes that the entry was taken from.
    pub source: &'static str,
    /// Its paths, with what can be done at each.
    pub endpoints: &'static [Endpoint],
    /// Its searches.
    pub searches: &'static [SearchResource],
    /// What else is to be known; empty when nothing.
    pub note: &'static str,
}

impl Resource {
    /// An entry to complete.
    pub(crate) const BLANK: Resource = Resource {
        name: "",
        title: "",
        section: Section::Elsewhere,
        detail: Detail::NameOnly,
        source: "§8.7",
        endpoints: &[],
        searches: &[],
        note: "",
    };

    /// Everything that can be done with it, with the path where.
    pub fn operations(
        &self,
    ) -> impl Iterator<Item = (&'static Endpoint, &'static EndpointOperation)> + use<> {
        self.endpoints
            .iter()
            .flat_map(|endpoint| endpoint.operations.iter().map(move |operation| (endpoint, operation)))
    }

    /// Why the whole resource should not be used any more, if it should not.
    pub fn deprecation(&self) -> Option<&'static Deprecation> {
        let mut operations = self.operations();
        let (_, first) = operations.next()?;
        operations.all(|(_, operation)| operation.deprecation.is_some()).then_some(first.deprecation)?
    }
}
