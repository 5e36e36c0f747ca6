import { type Static, Type } from "@sinclair/typebox";

const nullable = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(schema: T) =>
  Type.Optional(Type.Union([schema, Type.Null()]));

const DateTime = Type.String({ format: "date-time" });

const fields = {
  field: Type.String({ minLength: 1, description: "The field of the object that the blob was made from." }),
  role: Type.Optional(
    Type.Union(
      ["source", "processed", "thumbnail", "artifact", "aux"].map((role) => Type.Literal(role)),
      { description: "What the blob is to the document; source where left out." },
    ),
  ),
  type: Type.Optional(
    Type.Union(
      ["video", "image", "audio", "text", "pdf", "other"].map((type) => Type.Literal(type)),
      { description: "What the blob holds; other where left out." },
    ),
  ),
  url: Type.String({ minLength: 1, description: "s3://bucket/key, which can be presigned on read, or any other URL." }),
  filename: nullable(Type.String()),
  size_bytes: nullable(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  content_type: nullable(Type.String()),
  checksum: nullable(Type.String()),
  created_at: nullable(DateTime),
  source_blob_id: nullable(Type.String()),
};

/** A file that belongs to a document, as a request gives it. */
export const Blob = Type.Object(fields, {
  additionalProperties: false,
  examples: [{ field: "video", role: "source", type: "video", url: "s3://media/talks/1.mp4", size_bytes: 1048576 }],
});
export type Blob = Static<typeof Blob>;

/** The same on reading. */
export const BlobRead = Type.Object({
  ...fields,
  presigned_url: Type.Optional(Type.String({ minLength: 1 })),
  unavailable_reason: Type.Optional(Type.String({ description: "Why there is no presigned_url." })),
});
export type BlobRead = Static<typeof BlobRead>;
