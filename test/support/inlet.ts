/** The composed service in this process, on a free port, over the run's backend or any other Qdrant. */
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text as textOf } from "node:stream/consumers";

import { readConfig } from "../../src/config";
import { createLogger } from "../../src/observability/logger";
import { openApiDocument } from "../../src/openapi/document";
import { operations } from "../../src/operations";
import { startService } from "../../src/service";
import { readVersion } from "../../src/version";
import { AnswerCheck } from "./answer-check";

export const OPERATOR_KEY = "sk_operator_of_the_test_suite";

export interface InletAnswer {
  status: number;
  headers: Headers;
  /** The parsed JSON; undefined where the answer is none. */
  body: unknown;
  text: string;
}

export interface InletRequest {
  namespace?: string;
  /** The operator's where left out; null sends none. */
  key?: string | null;
  /** Sent as JSON; a string or bytes go as they are. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface TestInlet {
  url: string;
  qdrantUrl: string;
  /** `path` from `/`. */
  call(method: string, path: string, request?: InletRequest): Promise<InletAnswer>;
  close(): Promise<void>;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Exchanged {
  status: number;
  headers: Headers;
  text: string;
}

async function exchanged(
  url: string,
  method: string,
  headers: Record<string, string>,
  body: string | Uint8Array | undefined,
): Promise<Exchanged> {
  if (method === "GET" && body !== undefined) return exchangedWithGetBody(url, headers, body);
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** What fetch refuses to send. */
async function exchangedWithGetBody(
  url: string,
  headers: Record<string, string>,
  body: string | Uint8Array,
): Promise<Exchanged> {
  const sent = request(url, { method: "GET", headers: { ...headers, "Content-Length": Buffer.byteLength(body) } });
  const answered = once(sent, "response");
  sent.end(body);
  const [response]: IncomingMessage[] = await answered;
  if (response === undefined) throw new Error("No answer.");
  const names = Object.entries(response.headers).map(([name, value]): [string, string] => [name, String(value)]);
  return { status: response.statusCode ?? 0, headers: new Headers(names), text: await textOf(response) };
}

// As the service itself makes it; test/api/openapi.test.ts compares the two.
const answers = new AnswerCheck(openApiDocument(operations, readVersion()));

/** One request to a running Inlet, wherever it runs. @throws Error where the answer is not as /openapi.json says */
export async function callInlet(
  url: string,
  method: string,
  path: string,
  given: InletRequest = {},
): Promise<InletAnswer> {
  const { namespace, key = OPERATOR_KEY, body, headers } = given;
  const raw = typeof body === "string" || body instanceof Uint8Array;
  const sent = {
    ...(key === null ? {} : { Authorization: `Bearer ${key}` }),
    ...(namespace === undefined ? {} : { "X-Namespace": namespace }),
    ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    ...headers,
  };
  const answer = await exchanged(url + path, method, sent, body === undefined || raw ? body : JSON.stringify(body));
  answers.check(method, path, answer);
  return { ...answer, body: parsed(answer.text) };
}

/** `qdrant` is usually `backend()`; without one the embedded engine runs in `dataDir`. `settings` are environment variables
 *  beside those. */
export async function startInlet(
  qdrant: { url: string; apiKey?: string } | { dataDir: string },
  settings: Record<string, string> = {},
): Promise<TestInlet> {
  const where =
    "url" in qdrant
      ? { QDRANT_URL: qdrant.url, ...(qdrant.apiKey === undefined ? {} : { QDRANT_API_KEY: qdrant.apiKey }) }
      : { INLET_DATA_DIR: qdrant.dataDir, INLET_EMBEDDED_PORT: "0" };
  const config = readConfig({
    PORT: "0",
    INLET_ROOT_KEY: OPERATOR_KEY,
    INLET_LOG_LEVEL: "silent",
    ...where,
    ...settings,
  });
  const service = await startService(config, createLogger(config.logLevel));
  return {
    url: service.url,
    qdrantUrl: service.qdrantUrl,
    call: (method, path, request) => callInlet(service.url, method, path, request),
    close: async () => void (await service.close()),
  };
}
