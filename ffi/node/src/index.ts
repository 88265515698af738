/** Brightpearl for Node: see the README. */

export type { ArrowLibrary } from "./arrow";
export { BatchResults, type BatchOptions, type BatchResult, type Write, type WriteOptions } from "./batch";
export type { Answered } from "./answered";
export type { CallOptions, Cancellable } from "./call-options";
export {
  Call,
  type Adjustment,
  type Explanation,
  type OperationKind,
  type Output,
  type Step,
  type WaitReason,
} from "./call";
export type { Data, Item } from "./data";
export { Client, type ClientOptions, type GetOptions, type RequestOptions, type SearchOptions } from "./client";
export {
  ask,
  authorizeUrl,
  catalog,
  describe,
  errors,
  tasks,
  validate,
  verifyCallback,
  type Authorization,
  type CatalogEntry,
  type Description,
  type ErrorCatalog,
  type JsonSchema,
  type OperationDescription,
  type SearchColumnDescription,
  type SearchDescription,
  type TaskDescription,
  type ValidateOptions,
} from "./discovery";
export { TokensNotStoredError, type TakeTokens } from "./handover";
export {
  Engine,
  Pool,
  type Budget,
  type Demand,
  type Event,
  type Lease,
  type Resumption,
  type Statistics,
  type Tokens,
} from "./engine";
export * from "./error-classes";
export {
  BrightpearlError,
  type Delivery,
  type ErrorDetails,
  type Fault,
  type Kind,
  type ServerError,
  type Verification,
  type Violation,
} from "./errors";
export type { RecordsSource } from "./record-sources";
export { fetchTransport, type Dispatcher, type FetchTransportOptions } from "./fetch-transport";
export type { Difference, Outcome, OutcomeState, PulledRecord, Records } from "./flows";
export { isSecretHeader, MaybeSent, NotSent, Request, Unsendable, type Response, type Transport } from "./http";
export { FileJournal, type Journal } from "./journal";
export type { Parsed } from "./json";
export type { Log, LogFields, LogLevel, LogLine } from "./log";
export {
  Mapping,
  mappingSchema,
  readyMappings,
  type CheckedMapping,
  type Failure,
  type Finding,
  type Mapped,
  type MappingDocument,
  type MappingExplanation,
  type ReadyMapping,
  type RecordSource,
  type Reference,
  type Resolved,
} from "./mapping";
export type {
  Credentials,
  EngineOptions,
  Ids,
  Paging,
  Parameters,
  ParameterValue,
  PoolOptions,
  RetryOptions,
} from "./options";
export { Reply, Resources, type Refusal, type Resource, type TaskResult } from "./outputs";
export { Column, Page, Row, ZULU, type CellValue, type ColumnKind } from "./page";
export { PullResult, type PullOptions, type PullResource, type PullResourceOptions } from "./pull";
export { PushResult, type PushOptions, type PushSettings } from "./push";
export { FetchResult, SearchResult } from "./results";
export * from "./tasks";
export type { Searches } from "./catalog-types";
export { traced, type Span, type Tracer } from "./tracing";
export type {
  ColumnName,
  FilterName,
  Filters,
  PullName,
  ResourceName,
  SearchPath,
  SearchRow,
  SortKey,
  TaskName,
} from "./typed";
export { backend, type Backend } from "./library";
export { version } from "./version";
export {
  coalesceNotifications,
  webhookEvents,
  WebhookReceiver,
  type AcceptedWebhook,
  type CoalescedNotifications,
  type Notification,
  type NotifiedRead,
  type RefusedWebhook,
  type RemovalReason,
  type Unaccepted,
  type WebhookDeclaration,
  type WebhookEventSource,
  type WebhookFinding,
  type WebhookPlan,
  type WebhookReceipt,
  type WebhookRequest,
  type WebhookSubscription,
} from "./webhooks";
export { StateFile } from "./state";
