// A sale from the shop to the customer's door, by the typed methods alone, against the emulator: what one task answers is
// what the next one needs, and what was written is read back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, ConflictError } from "./brightpearl.mjs";
import { all, rejection } from "./connect.mjs";
import { startEmulator } from "../../../ffi/node/dist/testing.mjs";

const warehouseId = 2;
const on = "2026-06-01T10:00:00.000-06:00";

test("an order is sold, changed, paid, reserved, packed and shipped", async () => {
  const emulator = await startEmulator({ orders: 10 });
  const client = new Client(emulator.options);
  try {
    const [{ contactId }] = await all(
      client.search("contact-service/contact-search", { isCustomer: true }, { limit: 1 }),
    );
    const [{ productId }] = await all(
      client.search("product-service/product-search", { stockTracked: true }, { limit: 1 }),
    );
    await client.correctStock({
      warehouseId,
      corrections: [
        { productId, quantity: 20, locationId: 2, reason: "Found", cost: { currency: "USD", value: "3.10" } },
      ],
    });

    const { orderId } = await client.createSalesOrder({
      customer: { contactId },
      warehouseId,
      orderRows: [{ productId, quantity: 2, price: "12.50", taxCode: "T20" }],
    });
    const { orderRowId } = await client.addOrderRow({ orderId, productId, quantity: 1, price: 4.25, taxCode: "T20" });
    await client.changeOrderRow({ orderId, orderRowId, quantity: 3, net: "12.75", tax: "2.55" });
    await client.addOrderNote({ orderId, text: "Gift wrap, please" });

    const [order] = await all(client.get("order-service/order", orderId));
    const rows = Object.entries(order.orderRows).map(([id, row]) => [
      Number(id),
      Number(row.quantity.magnitude),
      Number(row.rowValue.rowNet.value),
    ]);
    assert.deepEqual(
      rows.map(([, ...row]) => row),
      [
        [2, 25],
        [3, 12.75],
      ],
    );
    assert.equal(order.totalValue.total, "45.30");

    const payment = {
      orderId,
      paymentType: "RECEIPT",
      paymentMethodCode: "1000",
      amountPaid: "45.30",
      currencyIsoCode: order.currency.orderCurrencyCode,
      paymentDate: on,
      transactionRef: "card-1",
    };
    await client.recordCustomerPayment(payment);
    const again = await rejection(client.recordCustomerPayment(payment));
    assert.ok(again instanceof ConflictError, "a payment with the same reference is there already");
    assert.equal(again.delivery, "rejected");

    const products = rows.map(([salesOrderRowId, quantity]) => ({ productId, salesOrderRowId, quantity }));
    await client.reserveStock({ orderId, warehouseId, products });
    const { goodsOutNoteIds } = await client.createGoodsOutNote({
      orderId,
      warehouses: [{ warehouseId, products, releaseDate: on }],
    });
    await client.shipGoodsOutNote({
      goodsOutNoteId: goodsOutNoteIds[0],
      eventOwnerId: 4,
      occured: on,
      reference: "TRACK-1",
    });

    const [shipped] = await all(client.get(`warehouse-service/order/${orderId}/goods-note/goods-out`, goodsOutNoteIds));
    const note = shipped.status ? shipped : Object.values(shipped)[0];
    assert.equal(note.status.shipped, true);
    assert.equal(note.shipping.reference, "TRACK-1");
  } finally {
    await emulator.stop();
  }
});

test("a task that fails between its requests says what it had done", async () => {
  const emulator = await startEmulator({ orders: 10 });
  const client = new Client(emulator.options);
  try {
    const row = (productId) => ({ productId, quantity: 1, price: "1.00", taxCode: "T20" });
    const failed = await rejection(
      client.createOrder({ orderTypeCode: "SO", customer: { contactId: 208 }, orderRows: [row(1007), row(999_999)] }),
    );
    assert.equal(failed.delivery, "rejected");
    assert.equal(failed.retryable, false, "beginning anew would do the first part again");
    assert.equal(failed.progress.orderRowIds.length, 1);
    const [order] = await all(client.get("order-service/order", failed.progress.orderId));
    assert.equal(Object.keys(order.orderRows).length, 1);
  } finally {
    await emulator.stop();
  }
});
