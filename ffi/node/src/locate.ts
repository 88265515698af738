/** Where native files are: packed with this package, or just built in the repository. */

import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

const packageFolder = dirname(__dirname);

/** The folder of this platform's files in the package. */
export const packedFolder = join(packageFolder, "lib", `${process.platform}-${process.arch}`);

/** The folder that cargo builds into. */
export const targetFolder = process.env["CARGO_TARGET_DIR"] ?? join(packageFolder, "..", "..", "target");

/** A file that is packed with this package. */
export function findPacked(name: string): string | undefined {
  const file = join(packedFolder, name);
  return existsSync(file) ? file : undefined;
}

/** The newest file of that name that was built in the repository. */
export function findBuilt(name: string): string | undefined {
  const files = ["release", "debug"].map((profile) => join(targetFolder, profile, name)).filter(existsSync);
  return files.sort((left, right) => statSync(right).mtimeMs - statSync(left).mtimeMs)[0];
}
