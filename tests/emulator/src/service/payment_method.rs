//! Payment methods (API notes §8.5.6).

use brightpearl_core::Method;
use serde::Serialize;
use serde_json::Value;

use super::Route;
use super::call::Call;
use super::fields::CheckedFields;
use crate::protocol::answer::{Answer, Refusal, response};
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::ledger::{BankAccount, PaymentMethod};
use crate::world::nominal::nominal_code;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "accounting-service/payment-method/{ids?}", "get-payment-method", get_methods),
    Route::write(Method::Post, "accounting-service/payment-method", "post-payment-method", post_method),
    Route::write(Method::Put, "accounting-service/payment-method/{id}", "put-payment-method", put_method),
    Route::search("accounting-service/payment-method-search", SEARCH),
    Route::meta_data("accounting-service/payment-method-search/meta-data", SEARCH),
];

type PaymentMethodColumn = Column<Option<PaymentMethod>>;

/// API notes §4.5. *Inferred*: currency and bank account are those of a method's first bank account.
const SEARCH: &dyn Searchable = &Search::<Option<PaymentMethod>> {
    name: "accounting-service/payment-method-search",
    columns: &[
        PaymentMethodColumn::new("id", DataType::IdSet, |_, method| {
            Cell::optional_integer(method.as_ref().map(|method| method.id))
        })
        .identifies(),
        PaymentMethodColumn::new("code", DataType::String, |_, method| {
            Cell::optional_text(method.as_ref().map(|method| method.code.clone()))
        })
        .sorts(),
        PaymentMethodColumn::new("name", DataType::String, |_, method| {
            Cell::optional_text(method.as_ref().map(|method| method.name.clone()))
        }),
        PaymentMethodColumn::new("active", DataType::Boolean, |_, method| {
            Cell::Boolean(method.as_ref().is_some_and(|method| method.is_active))
        }),
        PaymentMethodColumn::new("currency", DataType::String, |_, method| {
            Cell::optional_text(first_account(method).map(|account| account.currency_code.clone()))
        }),
        PaymentMethodColumn::new("bank_account", DataType::String, |_, method| {
            Cell::optional_text(first_account(method).map(|account| account.nominal_code.clone()))
        }),
    ],
    filters: &[],
    ids: |world| world.changes.ledger.payment_methods.ids(),
    record: |world, id| {
        let method = world.changes.ledger.payment_methods.get(id).cloned();
        method.map(|method| PaymentMethod { id, ..method })
    },
    references: &[],
    label: |_, _, _| None,
};

fn first_account(method: &Option<PaymentMethod>) -> Option<&BankAccount> {
    method.as_ref().and_then(|method| method.bank_accounts.first())
}

/// *Inferred*: no source has a refused payment method.
const INVALID: &str = "ACCC-020";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentMethodShape<'a> {
    name: &'a str,
    code: &'a str,
    is_active: bool,
    bank_accounts: Vec<BankAccountShape<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    installed_integration_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BankAccountShape<'a> {
    payment_method_id: u32,
    currency_iso_code: &'a str,
    bank_account_nominal_code: &'a str,
}

/// There is no id at the top, as in the example of the reference.
fn get_methods(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let methods = call.world.changes.ledger.payment_methods.iter();
    let wanted = methods.filter(|(id, _)| ids.as_ref().is_none_or(|ids| ids.contains(*id)));
    let shapes: Vec<_> = wanted
        .map(|(id, method)| PaymentMethodShape {
            name: &method.name,
            code: &method.code,
            is_active: method.is_active,
            bank_accounts: method
                .bank_accounts
                .iter()
                .map(|account| BankAccountShape {
                    payment_method_id: id,
                    currency_iso_code: &account.currency_code,
                    bank_account_nominal_code: &account.nominal_code,
                })
                .collect(),
            installed_integration_id: method.integration.map(|id| id.to_string()),
        })
        .collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Payment Methods Found"));
    }
    response(shapes)
}

fn post_method(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let mut fields = CheckedFields::new(&body, INVALID);
    let name = read_name(call, &mut fields, None);
    let code = fields.text_up_to("/code", 36).unwrap_or_default().to_uppercase();
    if code.is_empty() {
        fields.refuse(INVALID, "You must supply a code");
    } else if call.world.changes.ledger.payment_methods.iter().any(|(_, known)| known.code == code) {
        fields.refuse(INVALID, format!("There is already a payment method with the code {code}"));
    }
    let is_active = fields.boolean("/isActive").unwrap_or(true);
    let bank_accounts = read_bank_accounts(call, &mut fields);
    let integration = fields.id("/installedIntegrationId");
    fields.finish()?;
    call.world.changes.revision += 1;
    response(call.world.changes.ledger.payment_methods.add(|id| PaymentMethod {
        id,
        name,
        code,
        is_active,
        bank_accounts,
        integration,
    }))
}

/// Everything but the code, which stays. The page's example answers 2 for the method with id 1; *inferred*:
/// that it is the number of records written, the method and its bank account.
fn put_method(call: &mut Call<'_>) -> Answer {
    let body = Value::Object(call.body_object()?);
    let id = call.id(0).filter(|id| call.world.changes.ledger.payment_methods.get(*id).is_some());
    let id = id.ok_or_else(|| Refusal::not_found("No Payment Methods Found"))?;
    let mut fields = CheckedFields::new(&body, INVALID);
    let name = fields.has("/name").then(|| read_name(call, &mut fields, Some(id)));
    let is_active = fields.boolean("/isActive");
    let bank_accounts = fields.has("/bankAccounts").then(|| read_bank_accounts(call, &mut fields));
    let integration = fields.id("/installedIntegrationId");
    fields.finish()?;
    call.world.changes.revision += 1;
    let Some(method) = call.world.changes.ledger.payment_methods.get_mut(id) else { return response(0) };
    method.name = name.unwrap_or_else(|| method.name.clone());
    method.is_active = is_active.unwrap_or(method.is_active);
    method.integration = integration.or(method.integration);
    if let Some(bank_accounts) = bank_accounts {
        method.bank_accounts = bank_accounts;
    }
    response(1 + method.bank_accounts.len())
}

fn read_name(call: &Call<'_>, fields: &mut CheckedFields<'_>, own: Option<u32>) -> String {
    let name = fields.text("/name").unwrap_or_default();
    let mut methods = call.world.changes.ledger.payment_methods.iter();
    if name.is_empty() {
        fields.refuse(INVALID, "You must supply a name");
    } else if methods.any(|(id, known)| Some(id) != own && known.name.to_lowercase() == name.to_lowercase()) {
        fields.refuse(INVALID, format!("There is already a payment method with the name {name}"));
    }
    name
}

/// If there are any, one must be in the accounting currency.
fn read_bank_accounts(call: &Call<'_>, fields: &mut CheckedFields<'_>) -> Vec<BankAccount> {
    let mut accounts = Vec::new();
    for account in fields.elements("/bankAccounts") {
        let mut part = CheckedFields::new(account, INVALID);
        let currency_code = part.text("/currencyIsoCode").unwrap_or_default();
        if call.world.currency_index(&currency_code).is_none() {
            part.refuse(INVALID, format!("You have supplied an invalid currency code: {currency_code}"));
        }
        let code = part.text("/bankAccountNominalCode").unwrap_or_default();
        // *Inferred*: any account may be one for payments.
        if nominal_code(&code).is_none_or(|known| call.world.strict && known.bank_currency.is_none()) {
            part.refuse(INVALID, format!("The nominal code {code} is not a bank account"));
        }
        fields.take_problems(part);
        accounts.push(BankAccount { currency_code, nominal_code: code });
    }
    let base = &call.world.currencies[0].code;
    if !accounts.is_empty() && accounts.iter().all(|account| account.currency_code != *base) {
        fields.refuse(INVALID, "One of the bank accounts must be in the base currency");
    }
    accounts
}
