//! Contacts from their creation on, and what surrounds them: addresses, tags, groups, companies, notes.

use crate::harness::{Account, first_ids, json, rows, small_account, strict_account};
use brightpearl_core::Method;
use serde_json::{Value, json};

fn new_address(account: &mut Account, street: &str) -> u64 {
    let body = json!({"addressLine1": street, "addressLine3": "Testville", "postalCode": "T1 1ST", "countryIsoCode": "GBR"});
    account.post("contact-service/postal-address", &body)
}

pub(crate) fn new_contact(account: &mut Account, first_name: &str) -> u64 {
    let address = new_address(account, "1 Test Row");
    let body = json!({
        "salutation": "Mx", "firstName": first_name, "lastName": "Invented",
        "postAddressIds": {"DEF": address},
        "communication": {"emails": {"PRI": {"email": format!("{first_name}@example.com")}},
                          "telephones": {"PRI": "+44 1632 000000"}},
        "financialDetails": {"currencyId": 2, "taxCodeId": 7, "creditLimit": 250.5, "nominalCode": "4300"},
        "assignment": {"current": {"leadSourceId": 3, "accountReference": "#1"}},
        "contactStatus": {"current": {"contactStatusId": 2}},
    });
    account.post("contact-service/contact", &body)
}

fn contact(account: &mut Account, id: u64) -> Value {
    account.get(&format!("contact-service/contact/{id}"))["response"][0].clone()
}

#[test]
fn a_contact_has_an_address_and_can_order() {
    let mut account = small_account();
    let id = new_contact(&mut account, "Ada");
    let read = account
        .get(&format!("contact-service/contact/{id}?includeOptional=postalAddresses,nullCustomFields"));
    let shown = &read["response"][0];
    assert_eq!((&shown["firstName"], &shown["isPrimaryContact"]), (&json!("Ada"), &json!(true)));
    assert_eq!(shown["postAddressIds"]["DEF"], shown["postAddressIds"]["DEL"]);
    assert_eq!(shown["postalAddresses"][0]["contactId"], id);
    assert_eq!(shown["communication"]["emails"], json!({"PRI": {"email": "Ada@example.com"}}));
    assert_eq!(
        shown["contactStatus"]["current"],
        json!({"contactStatusName": "Suspect", "contactStatusId": 2})
    );
    assert_eq!(shown["assignment"]["current"], json!({"leadSourceId": 3, "accountReference": "#1"}));
    assert_eq!(shown["financialDetails"]["currencyId"], 2);
    assert_eq!(shown["financialDetails"]["creditLimit"], 250.5);
    assert_eq!(shown["nullCustomFields"], json!(["PCF_LOYALTY", "PCF_NICKNAME"]));
    assert!(shown.get("updatedOn").is_none());
    assert_eq!(shown["organisation"], json!({"organisationId": id}), "nobody else's");
    let found = account.get("contact-service/contact-search?primaryEmail=ADA@EXAMPLE.com");
    assert_eq!(first_ids(&found), [id]);
    let order = json!({"orderTypeCode": "SO", "parties": {"customer": {"contactId": id}}});
    let order = account.post("order-service/order", &order);
    let order = account.order(order);
    assert_eq!(order["parties"]["customer"]["addressFullName"], "Ada Invented");
    assert_eq!(order["parties"]["delivery"]["addressLine1"], "1 Test Row");
    assert_eq!(order["currency"]["orderCurrencyCode"], "GBP");
    let all = account.uris("contact-service/contact");
    assert!(all.last().unwrap().ends_with(&id.to_string()), "{all:?}");
}

#[test]
fn everything_wrong_with_a_contact_is_answered() {
    let mut account = strict_account();
    let body = json!({"firstName": "x".repeat(33), "postAddressIds": {"DEF": 999_999},
                      "relationshipToAccount": {"isSupplier": true, "isStaff": true},
                      "financialDetails": {"nominalCode": "9999"}});
    let (status, codes) = account.codes(Method::Post, "contact-service/contact", &body);
    assert_eq!((status, codes.len()), (400, 5));
    // Addresses of others cannot be taken over.
    let taken = contact(&mut account, 200)["postAddressIds"]["DEF"].clone();
    let body = json!({"firstName": "A", "lastName": "B", "postAddressIds": {"DEF": taken}});
    assert_eq!(account.codes(Method::Post, "contact-service/contact", &body).1.len(), 1);
}

#[test]
fn orders_keep_the_name_that_their_contact_had() {
    let mut account = small_account();
    let customer = account.some_contact("isCustomer=true");
    let orders = first_ids(&account.get(&format!("order-service/order-search?contactId={customer}")));
    let before = account.order(orders[0]);
    let patch = json!([{"op": "replace", "path": "/lastName", "value": "Renamed"}]);
    let answer = account.write(Method::Patch, &format!("contact-service/contact/{customer}"), &patch);
    assert_eq!(answer["response"]["lastName"], "Renamed");
    assert_eq!(account.order(orders[0]), before);
}

#[test]
fn patches_of_contacts() {
    let mut account = small_account();
    let id = new_contact(&mut account, "Bo");
    let path = format!("contact-service/contact/{id}");
    let company = account.post("contact-service/company", &json!({"name": "Invented & Sons"}));
    let patch = json!([
        {"op": "test", "path": "/firstName", "value": "Bo"},
        {"op": "remove", "path": "/salutation"},
        {"op": "add", "path": "/communication/emails/SEC/email", "value": "second@example.com"},
        {"op": "move", "path": "/communication/telephones/MOB", "from": "/communication/telephones/PRI"},
        {"op": "copy", "path": "/communication/telephones/FAX", "from": "/communication/telephones/MOB"},
        {"op": "replace", "path": "/marketingDetails/isReceiveEmailNewsletter", "value": true},
        {"op": "replace", "path": "/leadTime", "value": 4},
        {"op": "replace", "path": "/companyId", "value": company},
    ]);
    let shown = account.write(Method::Patch, &path, &patch)["response"].clone();
    assert_eq!(
        shown["communication"]["telephones"],
        json!({"MOB": "+44 1632 000000", "FAX": "+44 1632 000000"})
    );
    assert_eq!(shown["communication"]["emails"]["SEC"]["email"], "second@example.com");
    assert_eq!(
        (&shown["salutation"], &shown["leadTime"], &shown["companyId"]),
        (&json!(""), &json!(4), &json!(company))
    );
    assert!(shown["updatedOn"].is_string());
    for (patch, status) in [
        (json!([{"op": "remove", "path": "/firstName"}]), 500),
        (json!([{"op": "replace", "path": "/tradeStatus", "value": "x"}]), 500),
        (json!([{"op": "test", "path": "/firstName", "value": "Not Bo"}]), 400),
        (json!([{"op": "replace", "path": "/communication/emails/TER/email", "value": "x"}]), 400),
        (json!([{"op": "replace", "path": "/companyId", "value": 77_777_777}]), 400),
        (json!({"op": "replace"}), 400),
    ] {
        assert_eq!(account.codes(Method::Patch, &path, &patch).0, status, "{patch}");
    }
    assert_eq!(account.codes(Method::Patch, "contact-service/contact/999999", &json!([])).0, 404);
}

#[test]
fn addresses_are_replaced_and_handed_out() {
    let mut account = small_account();
    let id = new_contact(&mut account, "Cy");
    let address = new_address(&mut account, "2 Test Row");
    let put = json!({"addressLine1": "3 Test Row", "countryId": 222});
    account.write(Method::Put, &format!("contact-service/postal-address/{address}"), &put);
    let path = format!("contact-service/contact/{id}/postal-address");
    account.write(Method::Put, &path, &json!([{"postalAddressId": address, "type": "DEL"}]));
    assert_eq!(contact(&mut account, id)["postAddressIds"]["DEL"], address);
    let read = account.get(&format!("contact-service/postal-address/{address}"))["response"][0].clone();
    assert_eq!(
        (&read["addressLine1"], &read["contactId"], &read["postalCode"]),
        (&json!("3 Test Row"), &json!(id), &json!(""))
    );
    let other = new_contact(&mut account, "Di");
    let path = format!("contact-service/contact/{other}/postal-address");
    let links = json!([{"postalAddressId": address}, {"postalAddressId": 5, "type": "XXX"}]);
    let (status, codes) = account.codes(Method::Put, &path, &links);
    assert_eq!((status, codes.len()), (400, 3));
}

#[test]
fn tags_answer_for_each_contact() {
    let mut account = small_account();
    let (one, other) = (new_contact(&mut account, "Ed"), new_contact(&mut account, "Flo"));
    let tags = account.get("contact-service/tag/16")["response"].clone();
    assert_eq!(
        tags,
        json!({"16": {"tagId": 16, "tagName": "Pays late", "tagParentId": 0, "tagColor": "#FF9999"}})
    );
    let answer = account.write(Method::Post, &format!("contact-service/contact/{one}/tag/16"), &Value::Null);
    let one_text = one.to_string();
    assert_eq!(
        answer["response"],
        json!({"resourceErrors": {one_text.as_str(): []}, "resourceStatuses": {one_text.as_str(): 200}})
    );
    let both = account.send(Method::Post, &format!("contact-service/contact/{one}-{other}/tag/16"), "");
    assert_eq!(both.status, 207);
    let body = json(&both);
    assert_eq!(body["response"]["resourceStatuses"], json!({one.to_string(): 400, other.to_string(): 200}));
    assert_eq!(body["response"]["resourceErrors"][&one_text][0]["code"], "CONC-020");
    assert_eq!(contact(&mut account, other)["contactTags"], "16");
    // The half that was carried out counts as a write.
    assert_eq!(account.emulator.statistics().applied_writes, 6);
    account.write(Method::Delete, &format!("contact-service/contact/{one}-{other}/tag/16"), &Value::Null);
    assert_eq!(contact(&mut account, one)["contactTags"], "");
    assert_eq!(account.send(Method::Post, &format!("contact-service/contact/{one}/tag/99"), "").status, 404);
}

#[test]
fn statuses_leave_a_history() {
    let mut account = small_account();
    let id = new_contact(&mut account, "Gus");
    let path = format!("contact-service/contact/{id}/status");
    account.write(Method::Put, &path, &json!({"contactStatusId": 4}));
    let status = contact(&mut account, id)["contactStatus"].clone();
    assert_eq!(status["current"]["contactStatusName"], "Customer");
    assert_eq!(
        (&status["history"][0]["contactStatusId"], &status["history"][0]["staffContactId"]),
        (&json!(2), &json!(4))
    );
    assert!(status["history"][0]["occuredOn"].is_string());
    assert_eq!(account.codes(Method::Put, &path, &json!({"contactStatusId": 99})).0, 400);
}

#[test]
fn groups_have_members() {
    let mut account = small_account();
    let group = account
        .post("contact-service/contact-group", &json!({"name": "Florists", "description": "all of them"}));
    let (one, other) = (new_contact(&mut account, "Hal"), new_contact(&mut account, "Ida"));
    let path = format!("contact-service/contact-group/{group}/member");
    assert_eq!(account.write(Method::Post, &path, &json!({"contactMemberIds": [other, one]})), json!({}));
    assert_eq!(
        account.get(&path)["response"],
        json!({"contactMemberIds": [other, one], "contactMemberIdSet": format!("{one},{other}")})
    );
    assert_eq!(account.codes(Method::Post, &path, &json!({"contactMemberIds": [one, 999_999]})).1.len(), 2);
    let found = account.get(&format!("contact-service/contact-group-member-search?contactGroupId={group}"));
    assert_eq!(
        rows(&found),
        [
            vec![
                json!(one),
                json!("Hal"),
                json!("Invented"),
                json!(group),
                json!("Florists"),
                json!("all of them")
            ],
            vec![
                json!(other),
                json!("Ida"),
                json!("Invented"),
                json!(group),
                json!("Florists"),
                json!("all of them")
            ],
        ]
    );
    account.write(Method::Delete, &format!("{path}/{one}"), &Value::Null);
    assert_eq!(account.send(Method::Delete, &format!("{path}/{one}"), "").status, 404);
    let groups = account.get("contact-service/contact-group-search?name=flor");
    assert_eq!(rows(&groups), [vec![json!(group), json!("Florists"), json!("all of them"), json!(1)]]);
    account.write(
        Method::Put,
        &format!("contact-service/contact-group/{group}"),
        &json!({"name": "Gardeners"}),
    );
    let read = account.get(&format!("contact-service/contact-group/{group}"))["response"][0].clone();
    assert_eq!(
        (&read["name"], &read["description"], &read["isReadOnly"]),
        (&json!("Gardeners"), &json!("all of them"), &json!(false))
    );
    assert_eq!(account.codes(Method::Post, "contact-service/contact-group", &json!({"name": "abc"})).0, 400);
}

#[test]
fn companies_of_contacts_and_new_ones() {
    let mut account = small_account();
    let derived = account.get("contact-service/company-search?pageSize=1");
    let (id, name) = (rows(&derived)[0][0].clone(), rows(&derived)[0][1].clone());
    assert_eq!(account.get(&format!("contact-service/company/{id}"))["response"][0]["name"], name);
    assert_eq!(contact(&mut account, id.as_u64().unwrap())["companyId"], id);
    account.write(Method::Put, &format!("contact-service/company/{id}"), &json!({"name": "Renamed PLC"}));
    assert_eq!(account.column("contact-service/company-search?name=renamed", "companyId"), [id]);
    let new = account.post("contact-service/company", &json!({"name": "New GmbH"}));
    assert_eq!(account.column("contact-service/company-search?name=new%20gmbh", "companyId"), [json!(new)]);
    assert_eq!(account.send(Method::Get, "contact-service/company/99999999", "").status, 404);
}

#[test]
fn custom_fields_and_their_meta_data() {
    let mut account = small_account();
    let id = new_contact(&mut account, "Jo");
    let path = format!("contact-service/contact/{id}/custom-field");
    let patch = json!([{"op": "add", "path": "/PCF_LOYALTY", "value": "123"}]);
    assert_eq!(account.write(Method::Patch, &path, &patch)["response"], json!({"PCF_LOYALTY": 123}));
    assert_eq!(account.get(&path)["response"], json!({"PCF_LOYALTY": 123}));
    let read = account.get(&format!("contact-service/contact/{id}?includeOptional=customFields"));
    assert_eq!(read["response"][0]["customFields"], json!({"PCF_LOYALTY": 123}));
    for kind in ["customer", "supplier"] {
        let fields = account.get(&format!("contact-service/{kind}/custom-field-meta-data/11"));
        assert_eq!(
            fields["response"],
            json!([{"id": 11, "code": "PCF_LOYALTY", "name": "Loyalty points",
                                               "customFieldType": "INTEGER", "required": false}])
        );
    }
}

#[test]
fn the_forgotten_have_no_name() {
    let mut account = small_account();
    let id = new_contact(&mut account, "Kit");
    let note = account.post(&format!("contact-service/contact/{id}/note"), &json!({"text": "Likes tea"}));
    assert_eq!(note, 1);
    let path = format!("contact-service/contact/{id}/forget");
    account.write(
        Method::Post,
        &path,
        &json!({"notes": true, "customFields": true, "keepCityAndState": true}),
    );
    let read =
        account.get(&format!("contact-service/contact/{id}?includeOptional=postalAddresses"))["response"][0]
            .clone();
    assert_eq!(read["firstName"], "FORGOTTEN");
    assert!(read["lastName"].as_str().unwrap().starts_with("CONTACT 2026"));
    let email = read["communication"]["emails"]["PRI"]["email"].as_str().unwrap();
    assert!(email.starts_with("pri-") && email.ends_with("@forgotten-email.com"));
    assert_eq!(read["communication"]["telephones"], json!({}));
    assert_eq!(
        (&read["postalAddresses"][0]["addressLine1"], &read["postalAddresses"][0]["addressLine3"]),
        (&json!(""), &json!("Testville"))
    );
    let supplier = account.some_contact("isSupplier=true");
    let refused =
        account.codes(Method::Post, &format!("contact-service/contact/{supplier}/forget"), &json!({}));
    assert_eq!(refused.0, 400);
}

#[test]
fn lead_sources_and_projects_are_lists() {
    let mut account = small_account();
    let sources = account.get("contact-service/lead-source")["response"].clone();
    assert_eq!(
        sources[0],
        json!({"id": 1, "ownerId": 4, "parentId": 0, "name": "Advertisement", "isActive": true})
    );
    assert_eq!(
        account.get("contact-service/project/2")["response"],
        json!([{"projectId": 2, "name": "Spring catalogue"}])
    );
    assert_eq!(account.send(Method::Get, "contact-service/project/9", "").status, 404);
}
