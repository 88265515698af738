/** Webhooks: who is told of what, whether a notification is genuine, and what has to be read. */

import { ask } from "./discovery";
import { bytesOf, listOf, membersOf, refused, refuseUnknown, shown, textOf, timeOf } from "./given";
import { jsonText } from "./json";
import type { RemovalReason, Severity, Unaccepted } from "./kinds";
import { reworded, rewording } from "./wording";

export type { RemovalReason, Unaccepted } from "./kinds";

/** Who may send notifications, and what they look like. */
export interface WebhookDeclaration {
  readonly accounts: readonly {
    readonly account: string;
    /** The secret that is registered first, and the one before it while it is changed: both are taken. */
    readonly secrets: readonly [string] | readonly [string, string];
  }[];
  /** Where subscriptions that are an event's name are posted to. */
  readonly publicUrl?: string | undefined;
  readonly subscriptions: readonly WebhookSubscription[];
  /** The bytes of a body that are read; 256 KiB when absent. */
  readonly largestBody?: number | undefined;
}

/** An event or a resource type, for all that there is to say; or what the API is to be told, in its own members. */
export type WebhookSubscription =
  | string
  | {
      /** The event, such as `order.modified`. */
      readonly subscribeTo: string;
      readonly httpMethod?: string;
      /** The address, with `${secret}` in its path or query. */
      readonly uriTemplate?: string;
      readonly bodyTemplate?: string;
      readonly contentType?: string;
      readonly idSetAccepted?: boolean;
      readonly qualityOfService?: 0 | 1;
    };

/** Something that is wrong with a declared subscription, or doubtful about it. */
export interface WebhookFinding {
  /** Where it stands in the declaration: a JSON Pointer. */
  readonly pointer: string;
  /** `error` when it cannot be registered. */
  readonly severity: Severity;
  /** What was found, and what was expected. */
  readonly message: string;
}

/** A request that came in. */
export interface WebhookRequest {
  readonly method: string;
  /** The path and query that Brightpearl called, or the whole address, still percent-encoded. */
  readonly url: string | URL;
  /** The body as it came, such as the `Buffer` that a server collected, and nothing that was parsed. */
  readonly body?: ArrayBufferView | ArrayBuffer | string | null | undefined;
}

/** A notification whose secret was right: a hint to read again, and no proof of anything. JSON keeps all of it. */
export interface Notification {
  /** Equal for repetitions of the same notification, which Brightpearl may send. */
  readonly key: string;
  readonly account: string;
  /** What happened, such as `goods-out-note.modified.shipped`. */
  readonly event: string;
  /** What it happened to, such as `goods-out-note`. */
  readonly resourceType: string;
  readonly lifecycle: "created" | "modified" | "destroyed";
  /** The ids as an id set, such as `1,5-7`. */
  readonly ids: string;
  /** When it happened, in milliseconds since the Unix epoch; when it was received, where Brightpearl does not say. */
  readonly raisedAt: number;
  /** When it was received, in milliseconds since the Unix epoch. */
  readonly receivedAt: number;
  /** `null` where the templates do not have it. */
  readonly brightpearlVersion: string | null;
  /** What is odd about it, in words. */
  readonly remarks: readonly string[];
}

/** A request that is a notification: store it, then answer. */
export interface AcceptedWebhook {
  readonly accepted: true;
  readonly notification: Notification;
  /** The status to answer when it is stored. */
  readonly status: number;
  /** The status to answer when it cannot be stored: Brightpearl then sends it again. */
  readonly statusUnlessStored: number;
  /** Which of the account's secrets it came with, from 0. */
  readonly secret: number;
}

/** A request that is not taken. */
export interface RefusedWebhook {
  readonly accepted: false;
  readonly refused: Unaccepted;
  /** The same in words, without anything that came in but names. */
  readonly message: string;
  readonly status: number;
}

/** What came of a request. */
export type WebhookReceipt = AcceptedWebhook | RefusedWebhook;

/** What is to be read of one resource of one account. */
export interface NotifiedRead {
  readonly account: string;
  /** The resource's name in the catalogue. */
  readonly resource: string;
  /** The path that the ids stand behind, as `client.get` takes it. */
  readonly path: string;
  /** What changed with it, such as the order of a goods-out note, and the member that has its id. */
  readonly then: { readonly resource: string; readonly member: string } | null;
  /** What to fetch, as an id set. */
  readonly ids: string;
  /** Those of them that were destroyed, as the notifications say; the read proves it. */
  readonly destroyed: string;
  /** When the first of it happened, in milliseconds since the Unix epoch. */
  readonly firstRaisedAt: number;
  /** When the last of it happened. What a read brings that is older came from a replica that lags: read again. */
  readonly lastRaisedAt: number;
  /** The keys of the notifications that are settled once it is read. */
  readonly keys: readonly string[];
}

/** What some notifications come to. */
export interface CoalescedNotifications {
  /** What is to be read, what has waited longest first. */
  readonly reads: readonly NotifiedRead[];
  /** Those for which nothing can be read by their ids: a pull finds what they are about. */
  readonly unreadable: readonly Notification[];
  /** Keys of those that were there already. */
  readonly duplicates: readonly string[];
}

/** What is to be done: create first, then remove, so that nothing is missed in between. */
export interface WebhookPlan {
  /** What to POST to `integration-service/webhook`. The bodies have the secret in them: do not log them. */
  readonly create: readonly { readonly event: string; /** JSON text. */ readonly body: string }[];
  /** What to DELETE at `integration-service/webhook/{id}`. */
  readonly remove: readonly { readonly id: number; readonly event: string; readonly reason: RemovalReason }[];
  /** The ids of those that are as they should be. */
  readonly keep: readonly number[];
  /** The ids of those that call addresses of others. */
  readonly foreign: readonly number[];
  /** What is wrong with the declaration: what cannot be registered is left out of `create`. */
  readonly findings: readonly WebhookFinding[];
}

/** An event of which Brightpearl tells, and what is to be read for it. */
export interface WebhookEventSource {
  readonly resource_type: string;
  readonly happenings: readonly string[];
  readonly read: { readonly resource: string; readonly path: string } | null;
  readonly [more: string]: unknown;
}

/** The status for which Brightpearl sends a notification again. */
const SENT_AGAIN = 503;

/** Takes notifications. It needs no account. */
export class WebhookReceiver {
  /** What is wrong with its subscriptions, or doubtful about them. */
  readonly findings: readonly WebhookFinding[];
  // Not to be shown: the secrets are in it.
  readonly #declared: string;

  /** Throws a `ValidationError` at what is invalid; what is wrong with a subscription is in `findings`. */
  constructor(declaration: WebhookDeclaration) {
    if (declaration === undefined) {
      throw refused("declaration", declaration, "an object with `accounts` and `subscriptions`");
    }
    const declared = membersOf("declaration", declaration);
    refuseUnknown("declaration", declared, ["accounts", "publicUrl", "subscriptions", "largestBody"]);
    const { accounts, publicUrl, subscriptions, largestBody } = declared;
    const given = { accounts, public_url: publicUrl, subscriptions, largest_body: largestBody };
    this.#declared = rewording(() => jsonText(given));
    const findings = rewording(
      () => ask<WebhookFinding[]>({ check_webhooks: { receiver: this.#declared } }),
      () => this.#declared,
    );
    this.findings = findings.map((finding) => ({ ...finding, message: reworded(finding.message) }));
  }

  /**
   * What came of a request at this time, that of the clock when absent. Whatever is wrong with the request is a refusal
   * with the status that ends it, a body that is no bytes any more among them: only where the address and the secret are
   * right, its status has Brightpearl send it again, since it is the program that has to change.
   */
  receive(request: WebhookRequest, now: number = Date.now()): WebhookReceipt {
    if (typeof request !== "object" || request === null) {
      throw refused("request", request, "an object with `method`, `url` and `body`");
    }
    const { method, url, body } = request;
    const bytes = bytesOf(body ?? "");
    // Whoever does not know the secret learns nothing else.
    const receipt = this.#receive(typed(method), typed(url), bytes ?? Buffer.alloc(0), timeOf("now", now));
    return receipt.accepted ? receipt : { ...receipt, ...lacking(receipt.refused, { method, url, body }) };
  }

  #receive(method: string, url: string, bytes: Uint8Array, now: number): WebhookReceipt {
    const request = jsonText({ method, url, body_base64: Buffer.from(bytes).toString("base64") });
    const receipt = ask({ receive_webhook: { receiver: this.#declared, request, now } });
    if (receipt.refused !== undefined) {
      return { accepted: false, ...receipt, message: reworded(receipt.message) };
    }
    return {
      accepted: true,
      notification: notificationOf(receipt.notification),
      status: receipt.status,
      statusUnlessStored: receipt.status_unless_stored,
      secret: receipt.secret,
    };
  }

  /**
   * What has to be created and removed so that the registered webhooks of an account are the declared ones. `registered`
   * is the `response` of `GET integration-service/webhook`; where that answers 404, there are none: `[]`.
   */
  plan(account: string, registered: readonly object[] | string): WebhookPlan {
    const of = textOf("account", account, "the account's code");
    const isList = typeof registered === "string" || Array.isArray(registered);
    if (!isList) {
      throw refused("registered", registered, "the list in `response` of the answer, or its JSON text");
    }
    const text = typeof registered === "string" ? registered : jsonText(registered);
    const plan = rewording(
      () => ask<WebhookPlan>({ plan_webhooks: { receiver: this.#declared, account: of, registered: text } }),
      () => text,
    );
    const findings = plan.findings.map((finding) => ({ ...finding, message: reworded(finding.message) }));
    return { ...plan, findings };
  }
}

/**
 * Puts notifications together, in whichever order they came: each id of a resource is read once, repetitions count once,
 * and those whose key is among the settled not at all.
 */
export function coalesceNotifications(
  notifications: Iterable<Notification>,
  settled: Iterable<string> = [],
): CoalescedNotifications {
  const given = listOf("notifications", notifications, "a list of notifications");
  const stored = given.map((notification, index) => {
    if (typeof notification !== "object" || notification === null) {
      throw refused(`notifications[${index}]`, notification, "what `receive` gave as `notification`");
    }
    return written(notification);
  });
  const keys = listOf("settled", settled, "a list of keys");
  const told = rewording(
    () => ask({ coalesce_notifications: { notifications: jsonText(stored), settled: jsonText(keys) } }),
    () => jsonText(stored),
  );
  return {
    reads: told.reads.map(readOf),
    unreadable: told.unreadable.map(notificationOf),
    duplicates: told.duplicates,
  };
}

/** Every event that is known, and what is to be read for each. */
export function webhookEvents(): WebhookEventSource[] {
  return ask({ webhook_events: {} });
}

/** What came in where a text is due; nothing is an empty one, which no subscription has. */
function typed(value: unknown): string {
  return typeof value === "string" || value instanceof URL ? Buffer.from(String(value)).toString() : "";
}

/** What a refusal comes from, where the program left something out or changed it: in its words, and with its status. */
function lacking(
  why: Unaccepted,
  { method, url, body }: { readonly method: unknown; readonly url: unknown; readonly body?: unknown },
): { readonly message?: string; readonly status?: number } {
  if (why === "unknown-address" && typed(url) === "") {
    return { message: `the request's \`url\` is ${shown(url)}; expected the path and query that were called` };
  }
  if (why === "wrong-method" && typed(method) === "") {
    return { message: `the request's \`method\` is ${shown(method)}; expected the verb that came in` };
  }
  if (why === "malformed" && bytesOf(body ?? "") === undefined) {
    const message =
      `the body is ${shown(body)}, which something has read already; expected its bytes as they came, such as a ` +
      '`Buffer`: with Express, `express.raw({ type: "*/*" })` instead of `express.json()`';
    return { message, status: SENT_AGAIN };
  }
  return {};
}

function notificationOf(told: any): Notification {
  return {
    key: told.key,
    account: told.account,
    event: told.event,
    resourceType: told.resource_type,
    lifecycle: told.lifecycle,
    ids: told.ids,
    raisedAt: told.raised_ms,
    receivedAt: told.received_ms,
    brightpearlVersion: told.brightpearl_version ?? null,
    remarks: told.remarks ?? [],
  };
}

/** As the engine has it. */
function written(notification: Notification): object {
  return {
    key: notification.key,
    account: notification.account,
    event: notification.event,
    resource_type: notification.resourceType,
    lifecycle: notification.lifecycle,
    ids: notification.ids,
    raised_ms: notification.raisedAt,
    received_ms: notification.receivedAt,
    brightpearl_version: notification.brightpearlVersion ?? undefined,
    remarks: notification.remarks,
  };
}

function readOf(told: any): NotifiedRead {
  return {
    account: told.account,
    resource: told.resource,
    path: told.path,
    then: told.then ? { resource: told.then[0], member: told.then[1] } : null,
    ids: told.ids,
    destroyed: told.destroyed,
    firstRaisedAt: told.first_raised_ms,
    lastRaisedAt: told.last_raised_ms,
    keys: told.keys,
  };
}
