// The same package, required.

import brightpearl = require("brightpearl");

export const pool = new brightpearl.Pool({ quota: 100 });
export const kinds: readonly brightpearl.ColumnKind[] = ["integer", "decimal"];
export const version: string = brightpearl.version;
