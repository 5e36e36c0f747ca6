/** A namespace's export and import as a user sends them. */
import { type InletAnswer, type TestInlet } from "./inlet";

export const NDJSON = { "Content-Type": "application/x-ndjson" };

export interface Line extends Record<string, unknown> {
  type: string;
}

export const linesOf = (text: string): Line[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Line => JSON.parse(line));

export const exportOf = async (inlet: TestInlet, namespace: string): Promise<string> =>
  (await inlet.call("POST", `/v1/namespaces/${namespace}/export`)).text;

export const importInto = (
  inlet: TestInlet,
  namespace: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<InletAnswer> =>
  inlet.call("POST", `/v1/namespaces/${namespace}/import`, { body, headers: { ...NDJSON, ...headers } });
