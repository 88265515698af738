//! Every search of the API notes §4.5 is held, column by column.

use brightpearl_core::catalog::{FilterType, SearchResource, catalog, search, searches};

/// Columns in their default order; what follows a bar only filters or sorts.
const LISTS: &[(&str, &str)] = &[
    (
        "order-service/order-search",
        "orderId orderTypeId contactId orderStatusId orderStockStatusId createdOn createdById customerRef \
         orderPaymentStatusId updatedOn parentOrderId orderShippingStatusId externalRef \
         installedIntegrationInstanceId warehouseId staffOwnerContactId taxDate departmentId deliveryDate | \
         placedOn shippingMethodId projectId leadSourceId isClone channelTypeId",
    ),
    (
        "order-service/sales-order-search",
        "salesOrderId customerId orderStatusId orderStockStatus createdOn createdById customerRef \
         orderPaymentStatus updatedOn orderShippingStatus externalRef installedIntegrationInstanceId \
         warehouseId staffOwnerId taxDate deliveryDate channelId | channelTypeId externalRefSearchString \
         externalRefs isClosed isHistoricalOrder leadSourceId placedOn projectId shippingMethodId \
         stockAllocationId",
    ),
    (
        "product-service/product-search",
        "productId productName SKU barcode EAN UPC ISBN MPN stockTracked salesChannelName createdOn updatedOn \
         brightpearlCategoryCode productGroupId brandId productTypeId productStatus primarySupplierId | \
         channelId",
    ),
    (
        "contact-service/contact-search",
        "contactId primaryEmail secondaryEmail tertiaryEmail firstName lastName isSupplier companyName isStaff \
         isCustomer createdOn updatedOn lastContactedOn lastOrderedOn nominalCode isPrimary pri sec mob \
         exactCompanyName title | allEmail",
    ),
    (
        "warehouse-service/goods-note/goods-out-search",
        "goodsOutNoteId printed picked packed shipped shippedOn orderId shippingMethodId warehouseId priority \
         createdOn releaseDate createdBy labelUri channelId transfer",
    ),
    (
        "warehouse-service/goods-in-search",
        "purchaseOrderId batchId userBatchRef productId locationId groupingA groupingB groupingC groupingD \
         price landedCosts currCode receivedQuantity onHand createdDate receivedDate warehouseId",
    ),
    (
        "warehouse-service/goods-movement-search",
        "goodsMovementId productId salesOrderRowId purchaseOrderRowId quantity destinationLocationId \
         warehouseId goodsNoteId productValue currencyCode orderId isCleared isQuarantine batchId \
         goodsNoteTypeCode updatedOn",
    ),
    (
        "accounting-service/journal-search",
        "journalId journalType orderId invoiceReference channelId nominalCode journalDate journalDebit \
         journalCredit journalRef currencyId exchangeRate transactionDebit transactionCredit projectId \
         leadSourceId contactId journalDueDate journalDateEntered createdContactId taxCodeId \
         taxReconciliationDate taxPeriodId journalRowId",
    ),
    (
        "accounting-service/customer-payment-search",
        "paymentId transactionRef transactionCode paymentMethodCode paymentType orderId currencyId \
         currencyCode amountAuthorized amountPaid expires paymentDate createdOn journalId",
    ),
    (
        "accounting-service/supplier-payment-search",
        "paymentId transactionRef paymentMethodCode paymentType orderId currencyId currencyCode amountPaid \
         paymentDate createdOn journalId",
    ),
    (
        "accounting-service/currency-search",
        "id title code symbol exchangeRate isDefault exchangeRateVarianceNominalCode",
    ),
    ("warehouse-service/warehouse-search", "id name typeDescription addressId"),
    (
        "warehouse-service/location-search",
        "id warehouseId zoneId groupingA groupingB groupingC groupingD barcode",
    ),
    ("warehouse-service/zone-search", "id name warehouseId"),
    ("warehouse-service/shipping-method-search", "id code name"),
    ("product-service/brand-search", "brandId brandName | updatedOn"),
    (
        "product-service/brightpearl-category-search",
        "id name parentId active createdOn createdById updatedOn updatedBy",
    ),
    ("product-service/collection-search", "collectionId collectionName brandId | updatedOn"),
    ("product-service/option-search", "id name"),
    ("product-service/option-value-search", "optionId optionName optionValueId optionValueName"),
    ("product-service/product-type-search", "id name | updatedOn"),
    ("product-service/season-search", "| updatedOn"),
    (
        "order-service/order-note-search",
        "orderId noteId contactId noteText isPublic dateAdded addedBy orderStatusId",
    ),
    (
        "order-service/purchase-order-lc-search",
        "orderRowId supplierName weight sku productName quantity volume productPrice orderId productId \
         currentLandedCosts",
    ),
    ("contact-service/company-search", "companyId name"),
    ("contact-service/contact-group-search", "contactGroupId name description numberOfMembers"),
    (
        "contact-service/contact-group-member-search",
        "contactId firstName lastName contactGroupId contactGroupName contactGroupDescription",
    ),
    ("accounting-service/nominal-code-search", "code name type bank currencyId active"),
    ("accounting-service/payment-auth-search", ""),
    ("accounting-service/payment-method-search", "id code name active currency bank_account"),
    (
        "accounting-service/statement/all-transaction-search",
        "journalId orderId journalTypeCode journalDate journalDueDate reference customerReference \
         invoiceAmount paidAmount dueAmount | contactId currencyId",
    ),
];

fn held(path: &str) -> &'static SearchResource {
    search(path).unwrap_or_else(|| panic!("{path} is not held"))
}

#[test]
fn every_column_list_is_held_in_order() {
    for (path, list) in LISTS {
        let (columns, others) = list.split_once('|').unwrap_or((list, ""));
        let named = |in_rows| -> Vec<&str> {
            let columns = held(path).columns.iter().filter(|column| column.in_rows == in_rows);
            columns.map(|column| column.name).collect()
        };
        assert_eq!(named(true), columns.split_whitespace().collect::<Vec<_>>(), "{path}");
        assert_eq!(named(false), others.split_whitespace().collect::<Vec<_>>(), "{path}");
    }
    assert_eq!(searches().count(), LISTS.len(), "a search that no list names");
}

#[test]
fn types_are_those_of_the_pages() {
    use FilterType::{Boolean, IdSet, Integer, Period, SearchText, Text, Unknown};
    for (path, column, filter_type) in [
        ("order-service/order-search", "orderId", IdSet),
        ("order-service/order-search", "contactId", Integer),
        ("order-service/order-search", "customerRef", Text),
        ("order-service/order-search", "updatedOn", Period),
        ("order-service/sales-order-search", "orderStockStatus", Text),
        ("product-service/product-search", "productName", SearchText),
        ("product-service/product-search", "stockTracked", Boolean),
        ("product-service/product-search", "channelId", Integer),
        ("contact-service/contact-search", "primaryEmail", SearchText),
        ("contact-service/contact-search", "exactCompanyName", Text),
        ("warehouse-service/goods-note/goods-out-search", "shippingMethodId", IdSet),
        ("accounting-service/journal-search", "invoiceReference", SearchText),
        ("accounting-service/journal-search", "journalRef", Unknown),
        ("accounting-service/customer-payment-search", "amountPaid", Text),
        ("accounting-service/nominal-code-search", "code", SearchText),
        ("accounting-service/currency-search", "isDefault", Boolean),
        ("order-service/order-note-search", "dateAdded", Period),
        ("accounting-service/statement/all-transaction-search", "customerReference", SearchText),
    ] {
        let found = held(path).column(column).unwrap_or_else(|| panic!("{path} has no {column}"));
        assert_eq!(found.filter_type, filter_type, "{path} {column}");
    }
    let reference = |path, column| held(path).column(column).unwrap().reference;
    assert_eq!(reference("order-service/order-search", "orderTypeId"), Some("orderTypeNames"));
    assert_eq!(reference("product-service/product-search", "productId"), Some("productCategoryMembership"));
}

#[test]
fn keys_and_default_sorts_are_columns() {
    for search in searches() {
        if let Some(key) = search.key {
            assert!(search.column(key).is_some_and(|column| column.in_rows), "{} {key}", search.path);
        }
        if let Some(sort) = search.default_sort {
            let (name, direction) = sort.split_once('.').unwrap();
            assert_eq!(direction, "ASC");
            assert!(search.column(name).is_some_and(|column| column.sortable), "{} {sort}", search.path);
        }
        let names: std::collections::BTreeSet<&str> =
            search.columns.iter().map(|column| column.name).collect();
        assert_eq!(names.len(), search.columns.len(), "{} names a column twice", search.path);
    }
    // One row per journal line, per membership, per batch: no single id tells these rows apart for sure.
    for path in [
        "accounting-service/journal-search",
        "contact-service/contact-group-member-search",
        "warehouse-service/goods-in-search",
    ] {
        assert_eq!(held(path).key, None, "{path}");
    }
    // What makes an order total must be known to sort, or the search fails for it.
    assert_eq!(held("order-service/order-search").tie_breaker(), Some("orderId"));
    assert_eq!(held("warehouse-service/goods-movement-search").tie_breaker(), None);
}

#[test]
fn names_of_complete_lists_only_are_refused() {
    let orders = held("order-service/order-search");
    assert!(orders.filters_complete && orders.check_filter("colour", "red").is_err());
    assert!(orders.check_sort("channelTypeId").is_ok());
    assert!(orders.check_filter("channelTypeId", "1").is_err(), "known to sort only");
    let movements = held("warehouse-service/goods-movement-search");
    assert!(!movements.filters_complete);
    movements.check_filter("colour", "red").unwrap();
    movements.check_filter("orderId", "1,5-9").unwrap();
    movements.check_filter("quantity", "anything").unwrap();
    assert!(movements.check_filter("orderId", "NULL").is_err());
    assert!(movements.check_filter("productID", "7").is_err(), "misspelt");
}

#[test]
fn watermarks_are_dates_that_filter_sort_and_stand_in_the_rows() {
    let mut counted = 0;
    for search in searches() {
        for name in search.watermarks {
            let column = search.column(name).unwrap_or_else(|| panic!("{}: {name}", search.path));
            let serves = column.filterable && column.sortable && column.in_rows && column.verified;
            assert!(serves && column.filter_type == FilterType::Period, "{}: {column:?}", search.path);
            counted += 1;
        }
        if let Some((column, _)) = search.lines_of {
            assert!(search.key.is_none() && search.column(column).is_some(), "{}", search.path);
        }
        // What is swept by its key must be sorted by it.
        let key = search.key.and_then(|key| search.column(key));
        assert!(key.is_none_or(|key| key.sortable), "{}", search.path);
    }
    assert_eq!(counted, 13);
}

#[test]
fn the_page_of_flows_says_what_the_dates_of_each_search_can_miss() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/flows.md");
    let page = std::fs::read_to_string(page).expect("the page");
    for resource in catalog() {
        for search in resource.searches {
            assert_eq!(search.watermarks.is_empty(), search.dates_miss.is_empty(), "{}", search.path);
            if search.watermarks.is_empty() {
                continue;
            }
            let name = format!("`{}`", resource.name);
            let row = page.lines().find(|line| line.starts_with("| ") && line.contains(&name));
            let row = row.unwrap_or_else(|| panic!("no row names {name}"));
            let columns: Vec<String> = search.watermarks.iter().map(|column| format!("`{column}`")).collect();
            let said = format!("| {} | {} |", columns.join(", "), search.dates_miss);
            assert!(row.ends_with(&said), "{row}\n{said}");
        }
    }
}
