/** The same functions for `import` as for `require`. */

export * from "./testing.js";
