import { native } from "./library";

/** The release of the library that is loaded. */
export const version: string = native.version() as string;
