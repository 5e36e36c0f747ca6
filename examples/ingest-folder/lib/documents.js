/** A file's passages as Inlet documents: the file is the root object, each passage a document made from it. */
import { createHash } from "node:crypto";
import { passagesOf } from "./passages.js";
import { DENSE_EXTRACTOR, SPARSE_EXTRACTOR } from "./settings.js";
import { sparseOfPassage } from "./sparse.js";

const digest = (text) => createHash("sha256").update(text).digest("hex");

/** The id of a file's passage: its own place decides, so that a second run meets the same document. */
export const documentIdOf = (bucket, path, number) => `doc_${digest(`${bucket}\0${path}\0${number}`).slice(0, 24)}`;

/** The create requests of one file, in the order of its text. `denseOf` may be undefined. */
export function documentsOf({ bucket, path, text, sizeBytes, mimeType }, denseOf) {
  const object = `obj_${digest(`${bucket}\0${path}`).slice(0, 24)}`;
  const passages = passagesOf(text);
  return passages.map((passage, number) => {
    const searched = `${passage.heading} ${passage.text}`;
    return {
      document_id: documentIdOf(bucket, path, number),
      root_object_id: object,
      root_bucket_id: bucket,
      source_type: "bucket",
      source_object_id: object,
      modality: "text",
      mime_type: mimeType,
      size_bytes: sizeBytes,
      content_hash: `sha256:${digest(text)}`,
      metadata: {
        file: path,
        passage: number,
        passages: passages.length,
        heading: passage.heading,
        text: passage.text,
      },
      features: [
        { feature_extractor_id: SPARSE_EXTRACTOR, vectors: sparseOfPassage(searched) },
        { feature_extractor_id: DENSE_EXTRACTOR, vectors: named(denseOf?.(searched)) },
      ].filter(({ vectors }) => vectors !== undefined),
    };
  });
}

const named = (embedding) => embedding && { embedding };
