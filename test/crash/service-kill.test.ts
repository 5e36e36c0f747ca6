/** The service and its embedded engine in one process, killed while pipelines write: what was acknowledged is there, whole. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { callInlet, OPERATOR_KEY } from "../support/inlet";
import { inletProcess, type InletProcess } from "../support/inlet-process";

const ROUNDS = 3;
const WRITERS = 8;
const SIZE = 32;
const DOCUMENTS = "/v1/collections/talks/documents";

const bodyOf = (id: string, number: number) => ({
  document_id: id,
  metadata: { number, text: `passage ${number}` },
  vectors: { embedding: Array.from({ length: SIZE }, (_, i) => Math.fround(Math.sin(number + i))) },
});

let dataDir: string;
let inlet: InletProcess;
const start = () => inletProcess({ INLET_DATA_DIR: dataDir, INLET_ROOT_KEY: OPERATOR_KEY });
const call = (method: string, path: string, body?: unknown) =>
  callInlet(inlet.url, method, path, { namespace: "crash", ...(body === undefined ? {} : { body }) });

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "inlet-kill-"));
});
afterAll(async () => {
  inlet.child.kill("SIGKILL");
  await rm(dataDir, { recursive: true, force: true });
});

it("keeps every acknowledged document whole, and takes the same bodies again as the same documents", async () => {
  const acknowledged = new Map<string, { number: number; createdAt: unknown }>();
  let number = 0;
  inlet = await start();
  for (let round = 1; round <= ROUNDS; round++) {
    // The kill comes at a moment of its own in each round: after some tens of acknowledged writes, in the middle of others.
    const killAt = acknowledged.size + 20 + Math.floor(Math.random() * 120);
    const { child } = inlet;
    const ended = once(child, "close");
    const writer = async (): Promise<void> => {
      for (;;) {
        const mine = number++;
        const id = `doc_${mine}`;
        const answer = await call("POST", DOCUMENTS, bodyOf(id, mine)).catch(() => undefined);
        if (answer === undefined) return;
        expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
        acknowledged.set(id, { number: mine, createdAt: JSON.parse(answer.text)._internal.created_at });
        if (acknowledged.size >= killAt) child.kill("SIGKILL");
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, writer));
    await ended;
    inlet = await start();
    for (const [id, { number: sent, createdAt }] of acknowledged) {
      const { metadata, vectors } = bodyOf(id, sent);
      const read = JSON.parse((await call("GET", `${DOCUMENTS}/${id}?return_vectors=true`)).text);
      expect(read).toMatchObject({ ...metadata, document_id: id, _internal: { created_at: createdAt } });
      expect(read.vectors.embedding).toEqual(vectors.embedding.map((value) => expect.closeTo(value, 5)));
    }
  }
  const [id, { number: sent, createdAt }] = [...acknowledged].at(-1) ?? ["", { number: 0, createdAt: "" }];
  const again = await call("POST", DOCUMENTS, bodyOf(id, sent));
  expect(JSON.parse(again.text)._internal.created_at).toBe(createdAt);
  const { count } = JSON.parse((await call("GET", `${DOCUMENTS}/count`)).text);
  expect(count).toBeGreaterThanOrEqual(acknowledged.size);
  expect(count).toBeLessThanOrEqual(number);
}, 180_000);
