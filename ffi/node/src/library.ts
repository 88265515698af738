/**
 * The engine underneath: the native library where there is one for the platform, otherwise the component, which is WebAssembly and
 * does the same everywhere. `BRIGHTPEARL_BACKEND` chooses.
 */

import { existsSync } from "node:fs";
import { locateIn, PACKAGED_IN } from "./locate";
import type * as Native from "./native-library";
import { loadWhole } from "./workers";

export type {
  Field,
  Layout,
  NativeFunction,
  Pointer,
  Slice,
  VerificationStruct,
  ViolationStruct,
} from "./native-library";

/** What runs the engine: a native library, or WebAssembly. */
export type Backend = "native" | "component";

/** As what the native library's module exports: the component's has the same functions, for handles of its own. */
type Library = typeof Native;

/** What was asked for by name. A library that is named is meant: that it cannot be loaded is told, and not passed over. */
function named(): Backend | undefined {
  const name = process.env["BRIGHTPEARL_BACKEND"] || undefined;
  if (name !== undefined && name !== "native" && name !== "component") {
    throw new Error(`BRIGHTPEARL_BACKEND is ${JSON.stringify(name)}; expected native or component`);
  }
  return name ?? (process.env["BRIGHTPEARL_LIBRARY"] ? "native" : undefined);
}

function load(backend: Backend): { readonly backend: Backend; readonly library: Library } {
  switch (backend) {
    case "native":
      return { backend, library: loadWhole(() => require("./native-library") as Library) };
    case "component":
      return { backend, library: require("./component-library") as Library };
  }
}

function loadAny(): { readonly backend: Backend; readonly library: Library } {
  if (!PACKAGED_IN.some((folder) => existsSync(locateIn(folder)))) {
    return load("component");
  }
  try {
    return load("native");
  } catch (error) {
    // Of another C library, for instance; what a bundler leaves out.
    const reason = error instanceof Error ? error.message : String(error);
    process.emitWarning(`the native library cannot be loaded, and the component runs instead, slower: ${reason}`, {
      type: "BrightpearlWarning",
      code: "BRIGHTPEARL_COMPONENT",
    });
    return load("component");
  }
}

const asked = named();
const loaded = asked === undefined ? loadAny() : load(asked);
const { library } = loaded;

/** What runs the engine in this process. */
export const backend: Backend = loaded.backend;

export const { native, readText, readBytes, readFields, readStruct, takeBuffer, lendFields, sized } = library;
export const { verification, violation, libraryFile } = library;
export const Cell = library.Cell;
export const StepStruct = library.StepStruct;
export type StepStruct = Native.StepStruct;
