/** What checking a document costs beside parsing it: `npm run bench:validation`. The body schema and `inspect` of
 *  createDocument over a document with one 768-d vector, as a share of JSON.parse of the same text, in one run. */
import { Type } from "@sinclair/typebox";

import { createDocument } from "../src/documents/routes";
import { compile } from "../src/schema/compile";

const SIZE = 768;
const ROUNDS = 7;
const CALLS = 2_000;

const text = JSON.stringify({
  root_object_id: "obj_1",
  root_bucket_id: "bkt_1",
  source_type: "bucket",
  metadata: { title: "A talk", language: "en", tags: ["one", "two"], score: 0.5 },
  features: [
    {
      feature_extractor_id: "text_extractor_v1",
      vectors: { embedding: Array.from({ length: SIZE }, () => Math.random() * 2 - 1) },
    },
  ],
});

/** The median over rounds, in microseconds per call. */
function microseconds(run: () => unknown): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const startedAtMs = performance.now();
    for (let call = 0; call < CALLS; call += 1) run();
    return ((performance.now() - startedAtMs) * 1_000) / CALLS;
  });
  return rounds.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? NaN;
}

const check = compile(createDocument.body ?? Type.Unknown());
const document: unknown = JSON.parse(text);
const faults = [...check(document), ...(createDocument.inspect?.(document) ?? [])];
if (faults.length > 0) throw new Error(`The benchmark's document is faulty: ${JSON.stringify(faults)}`);

const parse = microseconds(() => JSON.parse(text));
const schema = microseconds(() => check(document));
const inspect = microseconds(() => createDocument.inspect?.(document));
const line = (name: string, value: number): string =>
  `${name.padEnd(24)} ${value.toFixed(1).padStart(8)} µs  ${(value / parse).toFixed(2)} x JSON.parse`;
console.log([line("JSON.parse", parse), line("schema", schema), line("inspect", inspect)].join("\n"));
console.log(line("validation, both", schema + inspect));
