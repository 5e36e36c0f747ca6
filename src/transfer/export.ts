/** A namespace as lines: the header, its collections, every document in the order of point ids, the end. Reads one page of
 *  points at a time and the next one only when the client has taken the lines of the last, so that memory holds one page. */
import { type Principal } from "../auth/principal";
import { type CollectionRecord, type NamespaceRecord } from "../control/records";
import { type ControlStore } from "../control/store";
import { InletError, notFound } from "../errors";
import { type NamespaceDirectory } from "../namespaces/directory";
import { requireNameOrId } from "../namespaces/names";
import { type CallOptions, type QdrantPoint, type PointReader, type Admin, type VectorSchema } from "../qdrant/gateway";
import { documentIdIn, faultsText, readDocument } from "./document-line";
import { documentText, lineText } from "./lines";
import { FORMAT, FORMAT_VERSION } from "./schemas";
import { paramsOf } from "./vector-params";

export interface ExportDeps {
  control: ControlStore;
  directory: Pick<NamespaceDirectory, "namespace" | "read">;
  qdrant: PointReader & Pick<Admin, "describeCollection">;
  now: () => Date;
}

/** A page is as many points as came to about so many bytes of text in the last one. */
const PAGE_BYTES = 4 * 1024 * 1024;
const FIRST_PAGE = 16;
const MAX_PAGE = 256;
/** Lines are handed on in pieces of at least so many characters. */
const PIECE_CHARACTERS = 128 * 1024;

export class NamespaceExports {
  constructor(private readonly deps: ExportDeps) {}

  /** Pieces of whole lines. What goes wrong once the first is out is the last line. @throws InletError 403, 404, 503 before */
  async *run(who: Principal, nameOrId: string, options: CallOptions): AsyncGenerator<string> {
    const record = await this.find(who, nameOrId, options);
    const running = new RunningExport(this.deps, record, options);
    yield await running.header();
    try {
      yield* running.lines();
    } catch (error) {
      // Without a reader there is nobody to tell.
      if (!options.signal.aborted) yield errorLine(error);
    }
  }

  private async find(who: Principal, nameOrId: string, options: CallOptions): Promise<NamespaceRecord> {
    const { directory } = this.deps;
    requireNameOrId("namespace", nameOrId, "namespace");
    await directory.namespace(who, nameOrId, { ...options, provision: false });
    const stored = await directory.read(who, nameOrId, options);
    if (stored?.record.state !== "ready") throw notFound(`Namespace ${nameOrId}`, { namespace: nameOrId });
    return stored.record;
  }
}

class RunningExport {
  private schemas: ReadonlyMap<string, VectorSchema> = new Map();
  private readonly collections = new Set<string>();
  private readonly counts = { collections: 0, documents: 0, skipped: 0 };

  constructor(
    private readonly deps: ExportDeps,
    private readonly record: NamespaceRecord,
    private readonly options: CallOptions,
  ) {}

  async header(): Promise<string> {
    const { namespace_id, name, settings } = this.record;
    const there = await this.describe();
    this.schemas = there.vectors;
    return lineText({
      type: "header",
      format: FORMAT,
      version: FORMAT_VERSION,
      exported_at: this.deps.now().toISOString(),
      namespace: { namespace_id, namespace_name: name },
      settings,
      vectors: paramsOf(there),
    });
  }

  async *lines(): AsyncGenerator<string> {
    let piece = "";
    for await (const line of this.each()) {
      piece += line;
      if (piece.length < PIECE_CHARACTERS) continue;
      yield piece;
      piece = "";
    }
    yield piece + lineText({ type: "end", ...this.counts });
  }

  private async *each(): AsyncGenerator<string> {
    const { control } = this.deps;
    const { namespace_id: id } = this.record;
    for await (const { record } of control.list("collection", { namespace_id: id }, this.options)) {
      if (record.state === "ready") yield this.collectionText(record);
    }
    let limit = FIRST_PAGE;
    for (let offset: string | undefined, more = true; more; more = offset !== undefined) {
      const page = await this.deps.qdrant.scroll(
        id,
        { limit, payload: true, vectors: true, ...(offset === undefined ? {} : { offset }) },
        this.options,
      );
      let characters = 0;
      for (const point of page.points) {
        for await (const line of this.pointLines(point)) {
          characters += line.length;
          yield line;
        }
      }
      limit = nextLimit(page.points.length, characters);
      offset = page.next;
    }
  }

  private collectionText(record: CollectionRecord): string {
    const { collection_id, name, description, metadata, source, feature_extractor, input_schema, enabled } = record;
    this.collections.add(collection_id);
    this.counts.collections += 1;
    const details = { description, metadata, source, feature_extractor, input_schema, enabled };
    return lineText({ type: "collection", collection_id, collection_name: name, ...details });
  }

  /** The point's line, after those of what came since the header: its collection, its vectors' names. */
  private async *pointLines(point: QdrantPoint): AsyncGenerator<string> {
    const collectionId: unknown = point.payload["collection_id"];
    if (typeof collectionId === "string" && !this.collections.has(collectionId)) {
      yield* this.newCollection(collectionId);
    }
    if (Object.keys(point.vector).some((name) => !this.schemas.has(name))) yield* this.newVectors();
    const line = { type: "document", id: point.id, payload: point.payload, vectors: point.vector };
    const place = { schemas: this.schemas, hasCollection: (id: string): boolean => this.collections.has(id) };
    const { faults } = readDocument(line, place);
    if (faults === undefined) {
      this.counts.documents += 1;
      yield documentText(point);
      return;
    }
    this.counts.skipped += 1;
    yield lineText({ type: "skipped", id: point.id, document_id: documentIdIn(line), reason: faultsText(faults) });
  }

  private async *newCollection(id: string): AsyncGenerator<string> {
    const stored = await this.deps.control.get("collection", [this.record.namespace_id, id], this.options);
    if (stored?.record.state === "ready") yield this.collectionText(stored.record);
  }

  private async *newVectors(): AsyncGenerator<string> {
    const there = await this.describe();
    for (const [name, params] of there.vectorParams) {
      if (!this.schemas.has(name)) yield lineText({ type: "vector", name, params });
    }
    this.schemas = new Map([...there.vectors, ...this.schemas]);
  }

  private async describe() {
    const there = await this.deps.qdrant.describeCollection(this.record.namespace_id, this.options);
    if (there !== undefined) return there;
    throw new InletError(404, "not_found", "The namespace's Qdrant collection is not there.", {
      code: "qdrant_collection_missing",
    });
  }
}

/** Grows slowly and shrinks at once, since points of one page say little of those of the next. */
function nextLimit(points: number, characters: number): number {
  const fitting = Math.floor((points * PAGE_BYTES) / Math.max(characters, 1));
  return Math.max(1, Math.min(fitting, 2 * Math.max(points, FIRST_PAGE), MAX_PAGE));
}

function errorLine(thrown: unknown): string {
  const error =
    thrown instanceof InletError ? thrown : new InletError(500, "internal_error", "Something went wrong inside Inlet.");
  const { status, message, type, code } = error;
  return lineText({ type: "error", status, error: { message, type, ...(code === undefined ? {} : { code }) } });
}
