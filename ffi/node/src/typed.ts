/** What the catalogue's names make of the types of searches. A name that it does not have is a text like any other. */

import type { PullName, ResourceName, Searches, TaskName } from "./catalog-types";
import type { ParameterValue, Parameters } from "./options";

/** Some names, and any other text: editors complete the names. */
export type Or<Names extends string> = Names | (string & {});

/** The paths of the searches that the catalogue knows. */
export type SearchPath = keyof Searches;
/** The cells of the rows of a search, when its columns are its own. */
export type SearchRow<Path> = Path extends SearchPath ? Searches[Path]["row"] : Record<string, any>;
/** The columns of a search. */
export type ColumnName<Path> = Path extends SearchPath ? keyof Searches[Path]["row"] & string : string;
/** The columns that a search filters by. */
export type FilterName<Path> = Path extends SearchPath ? Searches[Path]["filter"] : string;
/** The keys that a search sorts by, such as `updatedOn` or `updatedOn.DESC`. */
export type SortKey<Path> = Path extends SearchPath
  ? Searches[Path]["sort"] | `${Searches[Path]["sort"]}.${"ASC" | "DESC"}`
  : string;
/** The filters of a search. */
export type Filters<Path> = Path extends SearchPath
  ? Iterable<readonly [FilterName<Path>, ParameterValue]> | { readonly [Name in FilterName<Path>]?: ParameterValue }
  : Parameters;

export type { PullName, ResourceName, TaskName };
