/** Every setting of the service, read once from an environment and checked. main.ts passes `process.env`; nothing else
 *  in the service reads it. The table SETTINGS is also what the README's table is tested against. */
import bytes from "bytes";

import { SECRET_PATTERN } from "./auth/secret";

export type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
const LOG_LEVELS: readonly LogLevel[] = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];

export interface S3Config {
  endpoint: string | undefined;
  region: string;
  accessKeyId: string | undefined;
  secretAccessKey: string | undefined;
  /** The buckets whose objects may be presigned. */
  buckets: readonly string[];
}

export interface Config {
  host: string;
  port: number;
  /** undefined: the embedded engine. Without a trailing slash. */
  qdrantUrl: string | undefined;
  qdrantApiKey: string | undefined;
  qdrantReadOnlyApiKey: string | undefined;
  /** The operator's key; undefined: one is made at the first start. */
  rootKey: string | undefined;
  dataDir: string;
  embeddedPort: number;
  autoProvision: boolean;
  bodyLimitBytes: number;
  workers: number;
  /** Of an API key that has no limit of its own, in each process; undefined: none. */
  requestsPerMinute: number | undefined;
  logLevel: LogLevel;
  /** Of the Qdrant collections that Inlet makes; undefined: Qdrant's own defaults. */
  shardNumber: number | undefined;
  replicationFactor: number | undefined;
  writeConsistencyFactor: number | undefined;
  /** Exact origins; `*` for all. Empty: no cross-origin answers. */
  corsOrigins: readonly string[];
  s3: S3Config;
}

/** A setting's name, its default as the README shows it, and what it is for. */
export interface Setting {
  name: string;
  fallback: string;
  meaning: string;
}

export const SETTINGS: readonly Setting[] = [
  { name: "HOST", fallback: "127.0.0.1", meaning: "Address to listen on (`0.0.0.0` in the image)" },
  { name: "PORT", fallback: "8080", meaning: "Port to listen on; 0 takes a free one" },
  { name: "QDRANT_URL", fallback: "", meaning: "Qdrant to write to; unset: the embedded engine" },
  { name: "QDRANT_API_KEY", fallback: "", meaning: "API key of that Qdrant; the embedded engine asks for it too" },
  { name: "QDRANT_READ_ONLY_API_KEY", fallback: "", meaning: "A key that may only read the embedded engine" },
  { name: "INLET_ROOT_KEY", fallback: "", meaning: "The operator's key (`sk_…`); unset: made at the first start" },
  { name: "INLET_DATA_DIR", fallback: "./data", meaning: "Folder of the embedded engine" },
  {
    name: "INLET_EMBEDDED_PORT",
    fallback: "6333",
    meaning: "Loopback port of the embedded engine; 0 takes a free one",
  },
  { name: "INLET_AUTO_PROVISION", fallback: "true", meaning: "Make unknown namespaces and collections on a write" },
  { name: "INLET_BODY_LIMIT", fallback: "32mb", meaning: "Largest request body, after inflating" },
  { name: "INLET_WORKERS", fallback: "1", meaning: "Processes that serve requests" },
  { name: "INLET_RATE_LIMIT", fallback: "", meaning: "Requests per minute of an API key, in each process; unset: any" },
  {
    name: "INLET_LOG_LEVEL",
    fallback: "info",
    meaning: "`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`",
  },
  { name: "INLET_SHARD_NUMBER", fallback: "", meaning: "Shards of a new namespace's Qdrant collection" },
  { name: "INLET_REPLICATION_FACTOR", fallback: "", meaning: "Replicas of each of its shards" },
  { name: "INLET_WRITE_CONSISTENCY_FACTOR", fallback: "", meaning: "Replicas that must acknowledge a write" },
  { name: "INLET_CORS_ORIGINS", fallback: "", meaning: "Origins that browsers may call from, comma-separated" },
  { name: "S3_ENDPOINT", fallback: "", meaning: "Endpoint of the object store for presigned URLs" },
  { name: "S3_REGION", fallback: "us-east-1", meaning: "Its region" },
  { name: "S3_ACCESS_KEY_ID", fallback: "", meaning: "Its access key id" },
  { name: "S3_SECRET_ACCESS_KEY", fallback: "", meaning: "Its secret access key" },
  { name: "S3_BUCKETS", fallback: "", meaning: "Buckets whose objects may be presigned, comma-separated" },
  { name: "INLET_URL", fallback: "", meaning: "For clients: where Inlet is" },
  { name: "INLET_API_KEY", fallback: "", meaning: "For clients: the API key" },
  { name: "INLET_NAMESPACE", fallback: "", meaning: "For clients: the namespace" },
];

/** Read by the test suites alone, so that setting them draws no warning. */
const TEST_SETTINGS = "INLET_TEST_";

/** All faulty settings of a start, each with its name. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly { setting: string; message: string }[]) {
    super(faults.map((fault) => `${fault.setting}: ${fault.message}`).join("\n"));
    this.name = "ConfigError";
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads settings one by one and gathers what is wrong with them; an empty value counts as unset. */
class SettingsReader {
  readonly faults: { setting: string; message: string }[] = [];

  constructor(private readonly env: Environment) {}

  text(name: string): string | undefined {
    const value = this.env[name]?.trim();
    return value === undefined || value === "" ? undefined : value;
  }

  parsed<T>(name: string, fallback: T, parse: (text: string) => T | undefined, wanted: string, secret = false): T {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = parse(text);
    if (value !== undefined) return value;
    this.faults.push({ setting: name, message: secret ? `must be ${wanted}.` : `"${text}" must be ${wanted}.` });
    return fallback;
  }

  whole<T>(name: string, fallback: T, min: number, max: number): number | T {
    const parse = (text: string): number | undefined => {
      const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
      return value >= min && value <= max ? value : undefined;
    };
    return this.parsed<number | T>(name, fallback, parse, `a whole number from ${min} to ${max}`);
  }

  list(name: string): readonly string[] {
    const items = (this.text(name) ?? "").split(",").map((item) => item.trim());
    return Object.freeze(items.filter((item) => item !== ""));
  }
}

const BOOLEANS = new Map([
  ["true", true],
  ["1", true],
  ["yes", true],
  ["on", true],
  ["false", false],
  ["0", false],
  ["no", false],
  ["off", false],
]);

/** An http(s) URL without a trailing slash. Where it has no port, the scheme's own is meant (qdrant/rest.ts says so to the
 *  client, which would take 6333). */
function parseQdrantUrl(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return undefined;
  return url.href.replace(/\/+$/, "");
}

function parseHttpUrl(text: string): string | undefined {
  return /^https?:\/\//i.test(text) && URL.canParse(text) ? text : undefined;
}

function parseBytes(text: string): number | undefined {
  const value = /^\d+(\.\d+)?\s*(b|kb|mb|gb)?$/i.test(text) ? bytes.parse(text) : null;
  return value !== null && value >= 1024 && value <= 1024 ** 3 ? Math.floor(value) : undefined;
}

const isOrigin = (text: string): boolean => text === "*" || (URL.canParse(text) && new URL(text).origin === text);

/** The service's settings, checked and frozen. @throws ConfigError that names every faulty setting. */
export function readConfig(env: Environment): Config {
  const read = new SettingsReader(env);
  const port = (name: string, fallback: number): number => read.whole(name, fallback, 0, 65_535);
  const corsOrigins = read.list("INLET_CORS_ORIGINS");
  for (const origin of corsOrigins) {
    if (!isOrigin(origin)) {
      const message = `"${origin}" must be an origin such as https://app.example.com, without a path, or *.`;
      read.faults.push({ setting: "INLET_CORS_ORIGINS", message });
    }
  }
  const rootKey = (text: string): string | undefined => (SECRET_PATTERN.test(text) ? text : undefined);
  const logLevel = (text: string): LogLevel | undefined => LOG_LEVELS.find((level) => level === text.toLowerCase());
  const s3: S3Config = {
    endpoint: read.parsed<string | undefined>("S3_ENDPOINT", undefined, parseHttpUrl, "an http:// or https:// URL"),
    region: read.text("S3_REGION") ?? "us-east-1",
    accessKeyId: read.text("S3_ACCESS_KEY_ID"),
    secretAccessKey: read.text("S3_SECRET_ACCESS_KEY"),
    buckets: read.list("S3_BUCKETS"),
  };
  if ((s3.accessKeyId === undefined) !== (s3.secretAccessKey === undefined)) {
    const setting = s3.accessKeyId === undefined ? "S3_ACCESS_KEY_ID" : "S3_SECRET_ACCESS_KEY";
    read.faults.push({ setting, message: "is missing; S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY go together." });
  }
  const config: Config = {
    host: read.text("HOST") ?? "127.0.0.1",
    port: port("PORT", 8080),
    qdrantUrl: read.parsed<string | undefined>(
      "QDRANT_URL",
      undefined,
      parseQdrantUrl,
      "an http:// or https:// URL without credentials, query or fragment (the key goes into QDRANT_API_KEY)",
      true,
    ),
    qdrantApiKey: read.text("QDRANT_API_KEY"),
    qdrantReadOnlyApiKey: read.text("QDRANT_READ_ONLY_API_KEY"),
    rootKey: read.parsed<string | undefined>(
      "INLET_ROOT_KEY",
      undefined,
      rootKey,
      "sk_ followed by 8 to 253 letters, digits, _ or -",
      true,
    ),
    dataDir: read.text("INLET_DATA_DIR") ?? "./data",
    embeddedPort: port("INLET_EMBEDDED_PORT", 6333),
    autoProvision: read.parsed(
      "INLET_AUTO_PROVISION",
      true,
      (text) => BOOLEANS.get(text.toLowerCase()),
      "true or false",
    ),
    bodyLimitBytes: read.parsed(
      "INLET_BODY_LIMIT",
      32 * 1024 * 1024,
      parseBytes,
      "a size from 1kb to 1gb, such as 32mb",
    ),
    workers: read.whole("INLET_WORKERS", 1, 1, 256),
    requestsPerMinute: read.whole("INLET_RATE_LIMIT", undefined, 1, 1_000_000_000),
    logLevel: read.parsed<LogLevel>("INLET_LOG_LEVEL", "info", logLevel, `one of ${LOG_LEVELS.join(", ")}`),
    shardNumber: read.whole("INLET_SHARD_NUMBER", undefined, 1, 65_535),
    replicationFactor: read.whole("INLET_REPLICATION_FACTOR", undefined, 1, 65_535),
    writeConsistencyFactor: read.whole("INLET_WRITE_CONSISTENCY_FACTOR", undefined, 1, 65_535),
    corsOrigins,
    s3: Object.freeze(s3),
  };
  if (
    config.qdrantReadOnlyApiKey !== undefined &&
    config.qdrantApiKey === undefined &&
    config.qdrantUrl === undefined
  ) {
    const message = "needs QDRANT_API_KEY: without it the embedded engine asks for no key at all.";
    read.faults.push({ setting: "QDRANT_READ_ONLY_API_KEY", message });
  }
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  return Object.freeze(config);
}

/** `INLET_*` names that no setting has: a misspelt one would otherwise be ignored in silence. */
export function unknownSettings(env: Environment): string[] {
  const known = new Set(SETTINGS.map((setting) => setting.name));
  return Object.keys(env)
    .filter((name) => name.startsWith("INLET_") && !name.startsWith(TEST_SETTINGS) && !known.has(name))
    .sort();
}
