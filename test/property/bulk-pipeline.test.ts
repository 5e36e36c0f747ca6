/** Whatever Qdrant and the reader do meanwhile: each document has one line, in the order of the request, and what waits stays
 *  within its bounds. */
import { setImmediate as turn } from "node:timers/promises";

import fc from "fast-check";

import { BulkPipeline, type PipelineLimits } from "../../src/bulk/pipeline";
import { type BulkItem } from "../../src/bulk/reader";
import { type CreateGroup } from "../../src/documents/create-group";
import { InletError } from "../../src/errors";

const refusal = new InletError(422, "validation_error", "no");
const away = new InletError(503, "service_unavailable", "away");
const ITEM_BYTES = 10;
const limits: PipelineLimits = {
  waitingBytes: 100,
  resultBytes: 300,
  groupBytes: 50,
  groupDocuments: 4,
  groupsInFlight: 3,
};

type Kind = "good" | "faulty" | "refused" | "fails";
const document = fc.record({
  kind: fc.constantFrom<Kind>("good", "good", "good", "faulty", "refused", "fails"),
  id: fc.option(fc.constantFrom("doc_a", "doc_b", "doc_c"), { nil: undefined }),
  parent: fc.option(fc.constantFrom("doc_a", "doc_b"), { nil: undefined }),
});

it("settles each document once and in order, holds few, and never writes one id twice at once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(document, { maxLength: 60 }),
      fc.array(fc.nat(3), { minLength: 1, maxLength: 7 }),
      fc.boolean(),
      async (documents, waits, slowReader) => {
        let clock = 0;
        const pause = async (): Promise<void> => {
          for (let left = waits[clock++ % waits.length] ?? 0; left > 0; left--) await turn();
        };
        let read = 0;
        let settled = 0;
        const busy = new Set<string>();
        async function* items(): AsyncGenerator<BulkItem> {
          for (const [index, { kind, id, parent }] of documents.entries()) {
            await pause();
            read += 1;
            // One is in the reader's hand, and one more waits for room.
            expect((read - settled) * ITEM_BYTES).toBeLessThanOrEqual(limits.waitingBytes + 2 * ITEM_BYTES);
            const item = { index, bytes: ITEM_BYTES, documentId: id };
            if (kind === "faulty") {
              settled += 1;
              yield { ...item, error: refusal };
            } else {
              const own = { metadata: { kind }, ...(id === undefined ? {} : { document_id: id }) };
              yield { ...item, body: parent === undefined ? own : { ...own, source_document_id: parent } };
            }
          }
        }
        const create: CreateGroup = async (bodies) => {
          const ids = bodies.flatMap(({ document_id: id }) => (typeof id === "string" ? [id] : []));
          expect(bodies.length).toBeLessThanOrEqual(limits.groupDocuments);
          expect(new Set(ids).size).toBe(ids.length);
          for (const id of ids) expect(busy.has(id)).toBe(false);
          for (const { source_document_id: parent } of bodies) expect(busy.has(String(parent))).toBe(false);
          for (const id of ids) busy.add(id);
          await pause();
          for (const id of ids) busy.delete(id);
          settled += bodies.length;
          if (bodies.some(({ metadata }) => metadata?.["kind"] === "fails")) throw away;
          return bodies.map(({ metadata }) =>
            metadata?.["kind"] === "good" ? { documentId: "doc_x" } : { error: refusal },
          );
        };
        const pipeline = new BulkPipeline(create, { errorsOnly: false }, new AbortController().signal, limits);
        let text = "";
        for await (const piece of pipeline.run(items())) {
          text += piece;
          if (slowReader) await pause();
        }
        const lines = text
          .split("\n")
          .filter((line) => line !== "")
          .map((line): { index?: number; status?: number; summary?: Record<string, number> } => JSON.parse(line));
        const last = lines.pop();
        expect(lines.map(({ index }) => index)).toEqual(documents.map((_each, index) => index));
        const written = lines.filter(({ status }) => status === 200).length;
        expect(last?.summary).toEqual({ received: documents.length, written, refused: documents.length - written });
      },
    ),
  );
});

it("ends when the client goes, though Qdrant never answers", async () => {
  const client = new AbortController();
  async function* items(): AsyncGenerator<BulkItem> {
    for (let index = 0; ; index++) {
      yield { index, bytes: ITEM_BYTES, documentId: undefined, body: {} };
      if (index === 5) client.abort(new Error("gone"));
    }
  }
  const pipeline = new BulkPipeline(() => new Promise(() => undefined), { errorsOnly: false }, client.signal, limits);
  await expect(pipeline.run(items()).next()).rejects.toThrow("gone");
});
