/** What a bulk request is answered: a line per document, in the order in which they came, and a last line with the counts, so
 *  that an answer that was cut off is seen to be. A refusal never repeats the document. */
import { Type } from "@sinclair/typebox";

import { InletError } from "../errors";
import { ErrorRead } from "../schema/common";

export interface BulkCounts {
  received: number;
  written: number;
  refused: number;
}

/** A line of the answer. */
export const BulkLine = Type.Union([
  Type.Object({
    index: Type.Integer({ description: "The document's place in the request, from 0" }),
    status: Type.Integer({ description: "200: it is in Qdrant. Else why it is not, as for a single one" }),
    document_id: Type.Optional(Type.String()),
    error: Type.Optional(ErrorRead),
  }),
  Type.Object({
    summary: Type.Object({ received: Type.Integer(), written: Type.Integer(), refused: Type.Integer() }),
    complete: Type.Boolean({ description: "false: the request could not be read to its end" }),
    error: Type.Optional(ErrorRead),
  }),
]);

const errorOf = ({ message, type, code, details }: InletError): Record<string, unknown> => ({
  message,
  type,
  ...(code === undefined ? {} : { code }),
  ...(details === undefined ? {} : { details }),
});

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

export const writtenLine = (index: number, documentId: string): string =>
  line({ index, status: 200, document_id: documentId });

/** `documentId` where the document says it. */
export const refusedLine = (index: number, documentId: string | undefined, error: InletError): string =>
  line({
    index,
    status: error.status,
    ...(documentId === undefined ? {} : { document_id: documentId }),
    error: errorOf(error),
  });

export const lastLine = (summary: BulkCounts, error: InletError | undefined): string =>
  line({ summary, complete: error === undefined, ...(error === undefined ? {} : { error: errorOf(error) }) });

/** What was thrown, as the service's own error. */
export const asInletError = (error: unknown): InletError =>
  error instanceof InletError
    ? error
    : new InletError(500, "internal_error", "Something went wrong inside Inlet.", { cause: error });
