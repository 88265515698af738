// Makes the packages that are published out of what build.sh built: `brightpearl` without native files, which works everywhere, and
// `brightpearl-<platform>` with those of the platform that this runs on, which npm installs beside it where they fit.
//   node packages.mjs FOLDER

import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** For which platforms there is a package of native files. */
const PLATFORMS = ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64", "win32-x64"];

const [out] = process.argv.slice(2);
const here = fileURLToPath(new URL(".", import.meta.url));
const manifest = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
const texts = ["LICENSE", "THIRD-PARTY-NOTICES.txt", "brightpearl.cdx.json"];

function write(name, files, members) {
  const folder = join(out, name);
  mkdirSync(folder, { recursive: true });
  for (const [from, to] of files) cpSync(join(here, from), join(folder, to), { recursive: true });
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(members, null, 2)}\n`);
}

const { devDependencies: _, scripts: __, ...published } = manifest;
write(
  "brightpearl",
  ["dist", "README.md", ...texts].map((name) => [name, name]),
  {
    ...published,
    files: manifest.files.filter((name) => name !== "lib"),
    optionalDependencies: Object.fromEntries(PLATFORMS.map((name) => [`brightpearl-${name}`, manifest.version])),
  },
);

const platform = `${process.platform}-${process.arch}`;
const natives = readdirSync(join(here, "lib", platform));
write(
  `brightpearl-${platform}`,
  [...natives.map((name) => [join("lib", platform, name), name]), ...texts.map((name) => [name, name])],
  {
    name: `brightpearl-${platform}`,
    version: manifest.version,
    description: `Native files of brightpearl for ${platform}`,
    license: manifest.license,
    os: [process.platform],
    cpu: [process.arch],
    ...(process.platform === "linux" ? { libc: ["glibc"] } : {}),
    files: [...natives, ...texts],
  },
);
