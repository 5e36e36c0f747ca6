/** Makes a checkout ready before `npm start` and `npm test`: installs what the lock file names and is not there and, with
 *  --build, compiles when the sources have changed. Node built-ins only, since it runs before anything is installed.
 *  When there is nothing to do it takes some tens of milliseconds. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(root, ...parts);
const STAMP = at("dist", ".sources");

const readJson = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined);

/** package.json says which Nodes do, as `>=20.18 <26`: npm itself only warns. */
function checkNode() {
  const { node: range } = readJson(at("package.json")).engines;
  const [from, below] = range.match(/\d+(\.\d+)?/g).map((text) => text.split(".").map(Number));
  const [major, minor] = process.versions.node.split(".").map(Number);
  const tooOld = major < from[0] || (major === from[0] && minor < from[1]);
  if (tooOld || major >= below[0]) throw new Error(`Inlet needs Node ${range}; this is ${process.versions.node}.`);
}

/** The first package that the lock file names and node_modules does not hold in that version; npm keeps its own list of
 *  what it installed. Optional packages are for other platforms and may be away. */
function missingPackage() {
  const locked = readJson(at("package-lock.json")).packages;
  const installed = readJson(at("node_modules", ".package-lock.json"))?.packages ?? {};
  for (const [path, entry] of Object.entries(locked)) {
    if (path === "") continue;
    const found = installed[path];
    if (found === undefined ? !(entry.optional || entry.devOptional) : found.version !== entry.version) return path;
  }
  return undefined;
}

function install() {
  const missing = missingPackage();
  if (missing === undefined) return;
  console.log(`Installing packages (${missing} is not there in the version of package-lock.json).`);
  // Compiling needs the development packages, also where NODE_ENV is production.
  const args = ["ci", "--include=dev", "--no-audit", "--no-fund"];
  const npm = process.env.npm_execpath;
  if (npm) execFileSync(process.execPath, [npm, ...args], { cwd: root, stdio: "inherit" });
  else execFileSync("npm", args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
}

/** Every file below `folder`, sorted, as paths from the root with `/`. */
const filesBelow = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
        .sort()
    : [];

/** A digest of all that the compiler reads. By content, since a fresh clone has fresh times. */
function sourcesDigest() {
  const hash = createHash("sha256");
  for (const path of ["tsconfig.json", "tsconfig.build.json", "package-lock.json", ...filesBelow(at("src"))]) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(at(path)))
      .update("\0");
  }
  return hash.digest("hex");
}

function build() {
  const digest = sourcesDigest();
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === digest) return;
  console.log("Compiling src/ into dist/.");
  rmSync(STAMP, { force: true });
  for (const path of filesBelow(at("dist"))) {
    const source = path.replace(/^dist\//, "src/").replace(/\.js(\.map)?$/, ".ts");
    if (/\.js(\.map)?$/.test(path) && !existsSync(at(source))) rmSync(at(path));
  }
  execFileSync(process.execPath, [at("node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json"], {
    cwd: root,
    stdio: "inherit",
  });
  writeFileSync(STAMP, digest);
}

try {
  checkNode();
  install();
  if (process.argv.includes("--build")) build();
} catch (error) {
  // A child's own output has been shown already; its exit status is what is left to pass on.
  if (typeof error.status !== "number") console.error(error.message);
  process.exit(typeof error.status === "number" ? error.status : 1);
}
