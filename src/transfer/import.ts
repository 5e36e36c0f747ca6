/** Reads an exported namespace line by line and writes it: bounded memory, whatever the file's size. A document that does not
 *  fit is refused with its line's number and the others are written; a file that is not whole, or not of this format, ends
 *  the import with an error that says how far it came. Sent again, an import writes the same points again. */
import { type Principal } from "../auth/principal";
import { InletError, validationError } from "../errors";
import { type CallOptions, type PointWriter, type QdrantPoint, type QdrantVector } from "../qdrant/gateway";
import { parseJsonBytes } from "../streams/json-text";
import { type Line, readLines } from "../streams/ndjson";
import { documentIdIn, faultsText, type ReadDocument, readDocument } from "./document-line";
import { DocumentWriter } from "./document-writer";
import { ImportTarget, type TargetDeps } from "./import-target";
import { readLine, type ReadLine } from "./lines";
import { type EndLine, type HeaderLine, type ImportSummary, type RefusedLine } from "./schemas";
import { toStoreAgain } from "./stored-again";

export interface ImportDeps extends TargetDeps {
  writer: PointWriter;
}

export interface ImportRequest {
  who: Principal;
  nameOrId: string;
  bytes: AsyncIterable<Uint8Array>;
}

/** A document's point has to fit one request to Qdrant, which takes 32 MiB. */
export const MAX_LINE_BYTES = 32 * 1024 * 1024;
const MAX_ERRORS = 100;

export class NamespaceImports {
  constructor(private readonly deps: ImportDeps) {}

  /** @throws InletError 400, 413, 422 with the line's number where the file is not as it must be, 409, 503; its details say
   *  what was written until then */
  async run(request: ImportRequest, options: CallOptions): Promise<ImportSummary> {
    const running = new RunningImport(this.deps, request, options);
    try {
      return await running.run();
    } catch (error) {
      await running.drain();
      throw error instanceof InletError ? running.withProgress(error) : error;
    }
  }
}

class RunningImport {
  private line = 0;
  private header: { line: number; says: HeaderLine } | undefined;
  private target: ImportTarget | undefined;
  private documents: DocumentWriter | undefined;
  private end: EndLine | undefined;
  private readonly read = { collections: 0, documents: 0, skipped: 0 };
  private imported = 0;
  private failed = 0;
  private readonly errors: RefusedLine[] = [];

  constructor(
    private readonly deps: ImportDeps,
    private readonly request: ImportRequest,
    private readonly options: CallOptions,
  ) {}

  async run(): Promise<ImportSummary> {
    for await (const piece of readLines(this.request.bytes, MAX_LINE_BYTES)) {
      this.options.signal.throwIfAborted();
      this.line = piece.line;
      await this.take(piece);
    }
    if (this.header === undefined) throw fault("The file is empty.", "missing_header");
    if (this.end === undefined) throw fault("The file has no end line: it was cut off.", "missing_end");
    const { namespace } = await this.open();
    await this.documents?.finish();
    return { namespace_id: namespace.id, namespace_name: namespace.name, ...this.progress() };
  }

  async drain(): Promise<void> {
    await this.documents?.drain();
  }

  withProgress(error: InletError): InletError {
    const { status, type, code, details, retryAfterSeconds, headers } = error;
    const at = this.line === 0 ? {} : { line: this.line };
    return new InletError(status, type, this.line === 0 ? error.message : `Line ${this.line}: ${error.message}`, {
      ...(code === undefined ? {} : { code }),
      details: { ...details, ...at, progress: this.progress() },
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      headers,
      cause: error,
    });
  }

  private progress() {
    const { collections, skipped } = this.read;
    return { collections, imported: this.imported, failed: this.failed, skipped, errors: this.errors };
  }

  private async take(piece: Line): Promise<void> {
    if (piece.bytes === undefined) throw tooLong(piece.tooLong);
    const line = readLine(parseJsonBytes(piece.bytes, "It"));
    if (this.header === undefined) {
      if (line.type !== "header") throw fault("The first line must be the header.", "missing_header");
      this.header = { line: this.line, says: line };
      return;
    }
    if (this.end !== undefined) throw fault("There are lines after the end line.", "lines_after_end");
    await this.takeAfterHeader(line, piece.bytes.length);
  }

  private async takeAfterHeader(line: ReadLine, bytes: number): Promise<void> {
    switch (line.type) {
      case "header":
        throw fault("There is a second header.", "second_header");
      case "vector":
        await (await this.open()).addVector(line);
        return;
      case "collection":
        await (await this.open()).addCollection(line);
        this.read.collections += 1;
        return;
      case "document":
        this.read.documents += 1;
        await this.takeDocument(line.value, bytes);
        return;
      case "skipped":
        this.read.skipped += 1;
        return;
      case "end":
        this.checkCounts(line);
        this.end = line;
        return;
      case "error":
        throw fault(`The export had ended with an error: ${line.error.message}`, "failed_export");
    }
  }

  /** Not before the second line is there: a header alone makes nothing. */
  private async open(): Promise<ImportTarget> {
    if (this.target !== undefined) return this.target;
    const { who, nameOrId } = this.request;
    const { header, line } = this;
    if (header === undefined) throw fault("The first line must be the header.", "missing_header");
    // What goes wrong now is the header's fault.
    this.line = header.line;
    const target = await ImportTarget.open(this.deps, who, nameOrId, header.says, this.options);
    this.line = line;
    this.target = target;
    return target;
  }

  private async takeDocument(value: object, bytes: number): Promise<void> {
    const target = await this.open();
    const read = readDocument(value, target);
    if (read.faults !== undefined) {
      this.refuse(this.line, documentIdIn(value), faultsText(read.faults));
      return;
    }
    const { document } = read;
    this.documents ??= this.writerFor(target);
    const { documentId } = document;
    await this.documents.add({ line: this.line, documentId, bytes, point: pointIn(document, target) });
  }

  private writerFor({ namespace }: ImportTarget): DocumentWriter {
    const outcomes = {
      written: (documents: number): void => void (this.imported += documents),
      refused: ({ line, documentId }: { line: number; documentId: string }, error: InletError): void =>
        this.refuse(line, documentId, error.message),
    };
    return new DocumentWriter(this.deps.writer, namespace.id, outcomes, this.options.signal);
  }

  private refuse(line: number, documentId: string | undefined, message: string): void {
    this.failed += 1;
    if (this.errors.length === MAX_ERRORS) return;
    this.errors.push({ line, ...(documentId === undefined ? {} : { document_id: documentId }), message });
  }

  private checkCounts(end: EndLine): void {
    const faults = (["collections", "documents", "skipped"] as const)
      .filter((key) => end[key] !== this.read[key])
      .map((key) => ({ path: key, message: `is ${end[key]}, but the file has ${this.read[key]}` }));
    if (faults.length > 0) throw validationError(faults, { code: "wrong_counts" });
  }
}

/** The document's point in the target: what it says of the namespace that it is in is the target's, all else as in the file. */
function pointIn({ id, payload, vectors }: ReadDocument, { namespace, schemas }: ImportTarget): QdrantPoint {
  const { _internal: internal } = payload;
  const vector = Object.entries(vectors).map(([name, each]): [string, QdrantVector] => [
    name,
    toStoreAgain(each, schemas.get(name)),
  ]);
  const here = { internal_id: namespace.organisationId, namespace_id: namespace.id };
  return {
    id,
    payload: internal === undefined ? payload : { ...payload, _internal: { ...internal, ...here } },
    vector: Object.fromEntries(vector),
  };
}

const fault = (message: string, code: string): InletError => new InletError(422, "validation_error", message, { code });

const tooLong = (bytes: number): InletError =>
  new InletError(413, "payload_too_large", `It is ${bytes} bytes; a line has at most ${MAX_LINE_BYTES}.`, {
    code: "line_too_long",
    details: { bytes, limit_bytes: MAX_LINE_BYTES },
  });
