/** Where native files are: with this package, or where the environment says. Nowhere else: what is loaded runs as this program. */

import { existsSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";

/** The folder of this platform's files in the package, which `build.sh` fills. */
const folder = join(dirname(__dirname), "lib", `${process.platform}-${process.arch}`);

/**
 * The file of that name: the one `named`, or the package's own. Throws when it is not there; `setting` is how to name
 * it.
 */
export function locate(name: string, named: string | undefined, setting: string): string {
  if (named !== undefined && !isAbsolute(named)) {
    throw new Error(`${setting} is "${named}"; expected the absolute path of ${name}`);
  }
  const file = named ?? join(folder, name);
  if (!existsSync(file)) {
    throw new Error(
      `${file} was not found; build it with ffi/node/build.sh, or set ${setting} to the absolute path of ${name}`,
    );
  }
  return file;
}
