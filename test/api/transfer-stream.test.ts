/** A namespace of many megabytes on its way: what others write meanwhile, and a client that goes away. */
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";

import { pointIdOf } from "../../src/ids";
import { backend, uniqueName } from "../support/backend";
import { OPERATOR_KEY, startInlet, type TestInlet } from "../support/inlet";
import { exportOf, importInto, linesOf, NDJSON } from "../support/transfer";

const DOCUMENT_BYTES = 100_000;
const COUNT = 400;
let source: TestInlet;
let large: string;

beforeAll(async () => {
  source = await startInlet(backend());
  large = uniqueName("large");
  const documents = Array.from({ length: COUNT }, (_, n) => ({
    document_id: `doc_${n}`,
    metadata: { n, text: "x".repeat(DOCUMENT_BYTES) },
  }));
  const body = documents.map((document) => `${JSON.stringify(document)}\n`).join("");
  const answer = await source.call("POST", "/v1/collections/talks/documents/bulk?results=errors", {
    namespace: large,
    body,
    headers: NDJSON,
  });
  expect(linesOf(answer.text)).toEqual([{ summary: { received: COUNT, written: COUNT, refused: 0 }, complete: true }]);
});

afterAll(() => source.close());

/** An export whose answer nobody reads yet: no more of it is under way than sockets hold, some megabytes. */
async function unread(): Promise<IncomingMessage> {
  const headers = { Authorization: `Bearer ${OPERATOR_KEY}` };
  const sent = request(`${source.url}/v1/namespaces/${large}/export`, { method: "POST", headers }).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return response;
}

/** A metric's value, 0 where it is not there yet. */
async function metric(line: string): Promise<number> {
  const { text } = await source.call("GET", "/metrics", { key: null });
  return Number(
    text
      .split("\n")
      .find((each) => each.startsWith(`${line} `))
      ?.slice(line.length) ?? 0,
  );
}

it("takes along collections, vectors and documents that come while it is under way", async () => {
  const response = await unread();
  // The first such id whose point comes after nearly all others.
  const last = Array.from({ length: 10_000 }, (_, n) => `doc_late_${n}`).find((id) => pointIdOf(id).startsWith("fff"));
  const body = { document_id: last, vectors: { late: [1, 2, 3] } };
  const made = await source.call("POST", "/v1/collections/newcomers/documents", { namespace: large, body });
  expect(made.status).toBe(200);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const lines = linesOf(Buffer.concat(chunks).toString());
  const places = ["collection", "vector", "document"].map((type) => lines.findLastIndex((line) => line.type === type));
  expect(places.map((at) => lines[at])).toMatchObject([
    { collection_name: "newcomers" },
    { name: "late", params: { size: 3, distance: "Cosine" } },
    {
      payload: { document_id: last },
      vectors: { late: [expect.any(Number), expect.any(Number), expect.any(Number)] },
    },
  ]);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(lines.at(-1)).toEqual({ type: "end", collections: 2, documents: COUNT + 1, skipped: 0 });
  expect((await importInto(source, uniqueName("copy"), Buffer.concat(chunks))).body).toMatchObject({
    imported: COUNT + 1,
    failed: 0,
  });
});

it("is not read on when the client has gone", async () => {
  const scrolls = 'inlet_qdrant_call_duration_seconds_count{call="scrollPoints",outcome="ok"}';
  const gone = 'inlet_request_duration_seconds_count{operation="exportNamespace",status="499"}';
  const whole = await metric(scrolls);
  await exportOf(source, large);
  const pages = (await metric(scrolls)) - whole;
  const [before, left] = [await metric(scrolls), await metric(gone)];
  (await unread()).destroy();
  while ((await metric(gone)) === left) continue;
  expect((await metric(scrolls)) - before).toBeLessThan(pages);
});
