//! The integration service beside webhooks: how the account is set up, and the apps installed in it (API notes
//! §8.6).

use brightpearl_core::Method;
use serde::Serialize;

use super::Route;
use super::call::Call;
use crate::access::OAuthClient;
use crate::config::UtcOffset;
use crate::protocol::answer::{Answer, Refusal, response};
use crate::protocol::json::Members;

pub(super) const ROUTES: &[Route] = &[
    Route::read(
        Method::Get,
        "integration-service/account-configuration",
        "get-account-configuration",
        get_account_configuration,
    ),
    Route::read(
        Method::Get,
        "integration-service/integration-instance/{ids?}",
        "get-integration-instance",
        get_integration_instances,
    ),
];

#[derive(Serialize)]
struct Configuration {
    configuration: Members<&'static str, String>,
}

/// Every value is a text, ids and flags included.
fn get_account_configuration(call: &mut Call<'_>) -> Answer {
    let base_currency = call.world.currencies.first().map_or("", |currency| currency.code.as_str());
    let tax_scheme = if base_currency == "USD" { "SALES TAX" } else { "VAT" };
    let zone = time_zone(call.world.offset);
    let members = [
        ("accountVersion", "4.95.2936"),
        ("advancedFulfilmentEnabled", "1"),
        ("autoAssignOrder", "0"),
        ("baseCurrencyCode", base_currency),
        ("cancelledOrderStatusId", "5"),
        ("chargesNominalCode", "7901"),
        ("costOfSalesEnabled", "1"),
        ("currentSeasonId", "0"),
        ("defaultCostPriceListId", "1"),
        ("defaultCurrencyId", "1"),
        ("defaultProductTypeId", "1"),
        ("defaultTaxRateId", if base_currency == "USD" { "2" } else { "7" }),
        ("discountNominalCode", "4009"),
        ("invoicedOrderStatusId", "4"),
        ("multipleWarehouseEnabled", if call.world.warehouses > 1 { "1" } else { "0" }),
        ("newPurchaseCreditStatusId", "12"),
        ("newPurchaseOrderStatusId", "6"),
        ("newSalesCreditStatusId", "10"),
        ("newSalesOrderStatusId", "3"),
        ("orderRowSortingStrategy", "rowSequence"),
        ("originalRetailPriceListId", "3"),
        ("originalWholesalePriceListId", "2"),
        ("paypalBankAccountCode", "1200"),
        ("poStatusAcknowledged", "7"),
        ("productLengthUnit", "CENTIMETRE"),
        ("productSeasonsEnabled", "0"),
        ("productWeightUnit", "GRAM"),
        ("purchaseNominalCode", "5000"),
        ("roundingCorrectionsNominalCode", "2299"),
        ("salesNominalCode", "4000"),
        ("shippingNominalCode", "4300"),
        ("taxSchemeCode", tax_scheme),
        ("timeZone", &zone),
        ("writeOffNoteNominalCode", "5100"),
    ];
    let members = members.map(|(name, value)| (name, value.to_owned())).into();
    response(Configuration { configuration: Members(members) })
}

/// A zone by name. The account has a fixed offset, and the names of such zones count the other way round.
fn time_zone(offset: UtcOffset) -> String {
    match (offset.minutes(), offset.minutes() % 60) {
        (0, _) => "UTC".to_owned(),
        (minutes, 0) => format!("Etc/GMT{:+}", -minutes / 60),
        (_, _) => format!("GMT{offset}"),
    }
}

/// An app as it is installed in the account.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Instance {
    pub(crate) id: u32,
    pub(crate) app_reference: String,
    pub(crate) developer_reference: String,
    pub(crate) enabled: bool,
}

impl Instance {
    pub(crate) fn of(client: &OAuthClient) -> Self {
        Self {
            id: client.installation_instance_id,
            app_reference: client.app_ref.clone(),
            developer_reference: client.dev_ref.clone(),
            enabled: true,
        }
    }
}

/// The reference has a page of this name whose content is not known: path and shape are *inferred*.
fn get_integration_instances(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let found: Vec<_> = call
        .world
        .instances
        .iter()
        .filter(|instance| ids.as_ref().is_none_or(|ids| ids.contains(instance.id)))
        .collect();
    if found.is_empty() {
        return Err(Refusal::not_found("No Integration Instances Found"));
    }
    response(found)
}
