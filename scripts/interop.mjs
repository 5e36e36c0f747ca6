/** `npm run test:interop`: the published Python client, with its own models, at a freshly started Inlet on the embedded
 *  engine. It needs Python 3 with pip and an index that pip reaches; where one is not there, the tests are not run, and the
 *  last line says why (an error with --required). `--junit FILE` leaves pytest's counts in FILE. */
import { spawn, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const TESTS = join(root, "test", "interop");
const REQUIREMENTS = join(TESTS, "requirements.txt");
/** The client's own minimum. */
const LEAST_PYTHON = [3, 9];
const ON_WINDOWS = process.platform === "win32";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { junit: { type: "string" }, required: { type: "boolean", default: false } },
});

/** Why the tests can't be run here; no failure of Inlet's. */
class NotRun extends Error {}

const output = (command, args) => spawnSync(command, args, { encoding: "utf8" });

/** The first Python on the path that is new enough and has pip and venv. */
function findPython() {
  const asked = "import sys, pip, venv, ensurepip; print('%d.%d.%d' % sys.version_info[:3])";
  let tooOld;
  for (const command of ["python3", "python"]) {
    const { status, stdout } = output(command, ["-c", asked]);
    if (status !== 0) continue;
    const version = stdout.trim();
    const [major, minor] = version.split(".").map(Number);
    if (major === LEAST_PYTHON[0] && minor >= LEAST_PYTHON[1]) return { command, version };
    tooOld = version;
  }
  if (tooOld !== undefined) throw new NotRun(`Python ${LEAST_PYTHON.join(".")} or later is needed; this is ${tooOld}`);
  throw new NotRun("no Python 3 with pip and venv");
}

/** A virtual environment with the requirements, kept for the next run. Returns its Python. */
function preparePython() {
  const { command, version } = findPython();
  const key = createHash("sha256").update(`${version}\0`).update(readFileSync(REQUIREMENTS)).digest("hex");
  const folder = join(root, "node_modules", ".cache", "interop");
  const python = ON_WINDOWS ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");
  const stamp = join(folder, "installed");
  if (
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === key &&
    output(python, ["-m", "pytest", "--version"]).status === 0
  )
    return python;
  console.log(`Installing test/interop/requirements.txt for Python ${version}.`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  const made = output(command, ["-m", "venv", folder]);
  if (made.status !== 0) throw new NotRun(`Python can make no virtual environment: ${lastLine(made)}`);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "30"];
  const installed = output(python, [...pip, "--requirement", REQUIREMENTS]);
  if (installed.status !== 0) throw new NotRun(`pip could not install the requirements: ${lastLine(installed)}`);
  writeFileSync(stamp, key);
  return python;
}

const lastLine = ({ stderr, stdout }) => (stderr.trim() || stdout.trim()).split("\n").at(-1);

/** The built service with a data folder of its own, on free ports. */
async function startInlet(key, dataDir) {
  const child = spawn(process.execPath, [join(root, "dist", "main.js")], {
    env: {
      PATH: process.env.PATH,
      PORT: "0",
      INLET_EMBEDDED_PORT: "0",
      INLET_ROOT_KEY: key,
      INLET_DATA_DIR: dataDir,
      INLET_LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let shown = "";
  const ready = new Promise((resolve) => {
    child.stdout.on("data", (chunk) => {
      shown += chunk;
      const url = /API +(http:\S+)/.exec(shown)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  const url = await Promise.race([ready, once(child, "close").then(() => undefined)]);
  if (url === undefined) throw new Error(`Inlet ended with ${child.exitCode} before it was ready.`);
  return { url, child };
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "close");
  child.kill("SIGTERM");
  await ended;
}

async function runTests(python) {
  const key = `sk_${randomBytes(24).toString("base64url")}`;
  const dataDir = mkdtempSync(join(tmpdir(), "inlet-interop-"));
  let inlet;
  try {
    inlet = await startInlet(key, dataDir);
    const junit = options.junit === undefined ? [] : [`--junitxml=${options.junit}`];
    const tests = spawn(python, ["-m", "pytest", ...junit, ...positionals], {
      cwd: TESTS,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", INLET_TEST_URL: inlet.url, INLET_TEST_KEY: key },
      stdio: "inherit",
    });
    // Ends the tests, whose end ends all the rest.
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => tests.kill(signal));
    const [status] = await once(tests, "close");
    return status ?? 1;
  } finally {
    if (inlet !== undefined) await stop(inlet.child);
    rmSync(dataDir, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await runTests(preparePython());
} catch (error) {
  const notRun = error instanceof NotRun;
  console.log(notRun ? `interop: not run, ${error.message}` : `interop: ${error.message}`);
  const failed = !notRun || options.required;
  if (failed && options.junit !== undefined) {
    writeFileSync(options.junit, '<testsuites><testsuite tests="1" errors="1" failures="0" skipped="0"/></testsuites>');
  }
  process.exitCode = failed ? 1 : 0;
}
