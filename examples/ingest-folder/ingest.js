/** node ingest.js FOLDER [--concurrency N] [--limit FILES]: sends every passage of every Markdown and text file through Inlet.
 *  It can be stopped and run again at any time: what is there already stays, what has changed is replaced. */
import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";
import { loadWordVectors } from "./lib/dense.js";
import { documentIdOf, documentsOf } from "./lib/documents.js";
import { readText, textFiles } from "./lib/files.js";
import { deleteDocument, putDocument } from "./lib/inlet.js";
import { progressOf } from "./lib/progress.js";
import { run, settings } from "./lib/settings.js";

/** Sends one file; the number of its documents. Passages that it had in an earlier run and lost since are deleted. */
async function ingestFile(folder, bucket, path, denseOf) {
  const documents = documentsOf({ bucket, path, ...(await readText(folder, path)) }, denseOf);
  for (const document of documents) await putDocument(document);
  for (let number = documents.length; await deleteDocument(documentIdOf(bucket, path, number)); number++);
  return documents.length;
}

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { concurrency: { type: "string", default: "8" }, limit: { type: "string", default: "Infinity" } },
  });
  const concurrency = Number(values.concurrency);
  const limit = Number(values.limit);
  if (positionals.length !== 1 || !(concurrency >= 1) || !(limit >= 1)) {
    throw new Error("usage: node ingest.js FOLDER [--concurrency N] [--limit FILES]");
  }
  if (!settings.apiKey) throw new Error("Set INLET_API_KEY to a key that may write and delete.");

  const folder = resolve(positionals[0]);
  const bucket = `bkt_${basename(folder).replace(/[^A-Za-z0-9_-]/g, "-")}`;
  const files = (await textFiles(folder)).slice(0, limit);
  const denseOf = loadWordVectors();
  console.log(`${files.length} files below ${basename(folder)}, into namespace ${settings.namespace}.`);
  console.log(
    denseOf ? "Each passage gets a sparse and a dense vector." : "No word vectors installed: sparse vectors alone.",
  );

  const progress = progressOf(files.length);
  // All workers draw from one iterator, so that a file is taken once and as many are under way as there are workers.
  const queue = files.values();
  const worker = async () => {
    for (const path of queue) progress.fileDone(await ingestFile(folder, bucket, path, denseOf));
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const { documents, seconds } = progress.end();
  console.log(`Done: ${documents} documents of ${files.length} files in ${seconds.toFixed(1)} s.`);
});
