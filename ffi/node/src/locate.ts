/** Where native files are: with this package, or where the environment says. Nowhere else: what is loaded runs as this program. */

import { existsSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";

/** How packages name this platform. */
const platform = `${process.platform}-${process.arch}`;

/**
 * The folders of packages that have native files for this platform: the one of the optional package for it, which npm installs where
 * it fits, and the package's own, which `build.sh` fills.
 */
export const PACKAGED_IN: readonly string[] = [...optionalPackage(), ...ownPackage()];

function ownPackage(): string[] {
  // A bundler leaves no folder in an ES module.
  return typeof __dirname === "undefined" ? [] : [join(dirname(__dirname), "lib", platform)];
}

function optionalPackage(): string[] {
  try {
    return [dirname(require.resolve(`brightpearl-${platform}/package.json`))];
  } catch {
    return [];
  }
}

/** The name of the native library. */
export const LIBRARY =
  process.platform === "win32"
    ? "brightpearl.dll"
    : process.platform === "darwin"
      ? "libbrightpearl.dylib"
      : "libbrightpearl.so";

/** The native library in a folder. */
export function locateIn(folder: string): string {
  return join(folder, LIBRARY);
}

/**
 * The file of that name: the one `named`, or the package's own. Throws when it is not there; `setting` is how to name
 * it.
 */
export function locate(name: string, named: string | undefined, setting: string): string {
  if (named !== undefined && !isAbsolute(named)) {
    throw new Error(`${setting} is "${named}"; expected the absolute path of ${name}`);
  }
  const places = named === undefined ? PACKAGED_IN.map((folder) => join(folder, name)) : [named];
  const file = places.find((place) => existsSync(place));
  if (file === undefined) {
    throw new Error(
      `${places.at(-1)} was not found; build it with ffi/node/build.sh, or set ${setting} to the absolute path of ${name}`,
    );
  }
  return file;
}
