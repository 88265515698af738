/** Brightpearl for Node: see the README. */

export { Call, type Explanation, type OperationKind, type Output, type Step, type WaitReason } from "./call";
export {
  Client,
  type Cancellable,
  type ClientOptions,
  type GetOptions,
  type RequestOptions,
  type SearchOptions,
} from "./client";
export { Engine, Pool, type Budget, type Event, type Statistics, type Tokens } from "./engine";
export {
  AuthenticationError,
  BrightpearlError,
  CancelledError,
  ConflictError,
  MisuseError,
  NotFoundError,
  PermissionError,
  ProtocolError,
  RejectedError,
  ThrottledError,
  TransportError,
  UnavailableError,
  ValidationError,
  type Delivery,
  type ErrorDetails,
  type ServerError,
} from "./errors";
export { fetchTransport } from "./fetch-transport";
export { MaybeSent, NotSent, Request, type Response, type Transport } from "./http";
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
export { Reply, Resources, type Refusal, type Resource } from "./outputs";
export { Column, Page, Row, ZULU, type CellValue, type ColumnKind } from "./page";
export { FetchResult, SearchResult, type Parsed } from "./results";
export { version } from "./version";
