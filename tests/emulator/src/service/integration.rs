//! The integration service beside webhooks: how the account is set up, and the apps installed in it (API notes
//! §8.6).

use brightpearl_core::Method;
use serde::Serialize;
use serde_json::Value;

use super::Route;
use super::call::Call;
use super::fields::CheckedFields;
use crate::access::OAuthClient;
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
        "integration-service/integration/instance",
        "get-integration-instance",
        get_instance,
    ),
    Route::write(
        Method::Put,
        "integration-service/integration/instance",
        "put-integration-instance",
        put_instance,
    ),
];

/// *Inferred*: no source has a refused name.
const INVALID: &str = "INTC-070";

#[derive(Serialize)]
struct Configuration {
    configuration: Members<&'static str, String>,
}

/// Every value is a text, ids and flags included.
fn get_account_configuration(call: &mut Call<'_>) -> Answer {
    let base_currency = call.world.currencies.first().map_or("", |currency| currency.code.as_str());
    let tax_scheme = if base_currency == "USD" { "SALES TAX" } else { "VAT" };
    let zone = call.world.zone.name();
    let members = [
        ("accountVersion", "4.95.2936"),
        ("advancedFulfilmentEnabled", "1"),
        ("autoAssignOrder", "0"),
        ("baseCurrencyCode", base_currency),
        ("cancelledOrderStatusId", "5"),
        ("chargesNominalCode", "7901"),
        ("costOfSalesEnabled", "0"),
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

/// An app as it is installed in the account.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Instance {
    #[serde(rename = "installedIntegrationInstanceId")]
    pub(crate) id: u32,
    installed_integration_id: u32,
    instance_name: String,
}

impl Instance {
    pub(crate) fn of(client: &OAuthClient) -> Self {
        Self {
            id: client.installation_instance_id,
            installed_integration_id: client.installation_instance_id,
            instance_name: client.app_ref.clone(),
        }
    }
}

/// The installation that the caller's token belongs to. *Inferred*: there is none for callers of other schemes.
fn own_instance(call: &Call<'_>) -> Result<Instance, Refusal> {
    let own = call.world.instances.iter().find(|instance| Some(instance.id) == call.instance);
    let mut own = own.cloned().ok_or_else(|| Refusal::not_found("No Integration Instances Found"))?;
    if let Some(name) = call.world.changes.people.instance_names.get(&own.id) {
        own.instance_name.clone_from(name);
    }
    Ok(own)
}

/// *Inferred*: the same as a PUT answers.
fn get_instance(call: &mut Call<'_>) -> Answer {
    response(own_instance(call)?)
}

/// Only the name can be changed.
fn put_instance(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let own = own_instance(call)?;
    let mut fields = CheckedFields::new(&body, INVALID);
    let name = fields.text("/instanceName").filter(|name| !name.is_empty());
    if name.is_none() {
        fields.refuse(INVALID, "You must supply instanceName");
    }
    fields.finish()?;
    if let Some(name) = name {
        call.world.changes.revision += 1;
        call.world.changes.people.instance_names.insert(own.id, name);
    }
    response(own_instance(call)?)
}
