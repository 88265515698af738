/** What the catalogue's names make of the types of searches. A name that it does not have is a text like any other. */

import type { PullName, ResourceName, Searches, ShortSearches, TaskName } from "./catalog-types";
import type { ParameterValue, Parameters } from "./options";

/** Some names, and any other text: editors complete the names. */
export type Or<Names extends string> = Names | (string & {});

/** The searches that the catalogue knows, by path or short name. */
export type SearchPath = (keyof Searches | keyof ShortSearches) & string;
/** What the catalogue says of a search. */
type SearchOf<Path> = Path extends keyof Searches
  ? Searches[Path]
  : Path extends keyof ShortSearches
    ? Searches[ShortSearches[Path]]
    : never;
/** The cells of the rows of a search, when its columns are its own. */
export type SearchRow<Path> = Path extends SearchPath ? SearchOf<Path>["row"] : Record<string, any>;
/** The columns of a search. */
export type ColumnName<Path> = Path extends SearchPath ? keyof SearchOf<Path>["row"] & string : string;
/** The columns that a search filters by. */
export type FilterName<Path> = Path extends SearchPath ? SearchOf<Path>["filter"] : string;
/** The keys that a search sorts by, such as `updatedOn` or `updatedOn.DESC`. */
export type SortKey<Path> = Path extends SearchPath
  ? SearchOf<Path>["sort"] | `${SearchOf<Path>["sort"]}.${"ASC" | "DESC"}`
  : string;
/** The filters of a search. */
export type Filters<Path> = Path extends SearchPath
  ? Iterable<readonly [FilterName<Path>, ParameterValue]> | { readonly [Name in FilterName<Path>]?: ParameterValue }
  : Parameters;

export type { PullName, ResourceName, TaskName };
