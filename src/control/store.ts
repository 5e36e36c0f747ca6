/** `inlet_control`: typed records, unique by construction. Writes are insert-only or conditional, strong and waited for;
 *  both answer 200 whoever wins, so the winner is learnt by reading a token back with consistency majority. */
import { randomUUID } from "node:crypto";

import { Value } from "@sinclair/typebox/value";
import { v5 as uuidV5 } from "uuid";

import { InletError } from "../errors";
import { type CallOptions, type Qdrant, type QdrantFilter, type QdrantPoint } from "../qdrant/gateway";
import { settled } from "../qdrant/settling";
import { INDEXED_FIELDS, RECORD_KINDS, type RecordKind, type RecordOf } from "./records";

export const CONTROL_COLLECTION = "inlet_control";
/** The UUID namespace of record ids. Fixed for good. */
const RECORD_NAMESPACE = "0b6f2b0c-62a6-4f0e-9d1c-7a4d8f5b3e21";
const PAGE = 1_000;
const MAX_LOST_RACES = 5;

/** A record as it was read; `revision` changes with every write. */
export interface Stored<T> {
  record: T;
  revision: string;
}

const recordId = (kind: RecordKind, key: readonly string[]): string =>
  uuidV5(JSON.stringify([kind, ...key]), RECORD_NAMESPACE);

export class ControlStore {
  constructor(private readonly qdrant: Qdrant) {}

  /** Makes the collection and its indexes where they are not there. */
  async prepare(options: CallOptions): Promise<void> {
    const found = await this.qdrant.describeCollection(CONTROL_COLLECTION, options);
    if (found === undefined) await this.qdrant.createCollection(CONTROL_COLLECTION, {}, options);
    const missing = INDEXED_FIELDS.filter((field) => found?.indexes.has(field) !== true);
    for (const field of missing) {
      await settled(
        () => this.qdrant.createPayloadIndex(CONTROL_COLLECTION, { field, schema: "keyword" }, options),
        options.signal,
      );
    }
  }

  async get<K extends RecordKind>(
    kind: K,
    key: readonly string[],
    options: CallOptions & { consistency?: "majority" },
  ): Promise<Stored<RecordOf<K>> | undefined> {
    const [point] = await this.qdrant.retrieve(
      CONTROL_COLLECTION,
      [recordId(kind, key)],
      { payload: true, vectors: false },
      options,
    );
    return point === undefined ? undefined : storedOf(kind, point);
  }

  /** Makes the record unless its key is taken. Gives the record that holds the key, and whether it is this one. */
  async claim<K extends RecordKind>(
    kind: K,
    key: readonly string[],
    record: RecordOf<K>,
    options: CallOptions,
  ): Promise<Stored<RecordOf<K>> & { won: boolean }> {
    const revision = randomUUID();
    for (let attempt = 0; attempt < MAX_LOST_RACES; attempt++) {
      await settled(() => this.write(kind, key, record, revision, { ...options, mode: "insert_only" }), options.signal);
      const held = await this.get(kind, key, { ...options, consistency: "majority" });
      // Deleted between the two calls: the key is free again.
      if (held !== undefined) return { ...held, won: held.revision === revision };
    }
    throw busy(kind);
  }

  /** Writes the record if it is still as `stored` was. undefined where somebody else was faster, or deleted it. */
  async replace<K extends RecordKind>(
    kind: K,
    key: readonly string[],
    stored: Stored<unknown>,
    record: RecordOf<K>,
    options: CallOptions,
  ): Promise<Stored<RecordOf<K>> | undefined> {
    const revision = randomUUID();
    const updateFilter: QdrantFilter = { must: [{ key: "revision", match: { value: stored.revision } }] };
    await this.write(kind, key, record, revision, { ...options, mode: "update_only", updateFilter });
    const held = await this.get(kind, key, { ...options, consistency: "majority" });
    return held?.revision === revision ? held : undefined;
  }

  /** Reads, changes and writes until no other writer comes between. `change` gives undefined to leave it as it is.
   *  Gives the record as it is then, or undefined where there is none. */
  async update<K extends RecordKind>(
    kind: K,
    key: readonly string[],
    change: (record: RecordOf<K>) => RecordOf<K> | undefined,
    options: CallOptions,
  ): Promise<Stored<RecordOf<K>> | undefined> {
    for (let attempt = 0; attempt < MAX_LOST_RACES; attempt++) {
      const stored = await this.get(kind, key, { ...options, consistency: "majority" });
      if (stored === undefined) return undefined;
      const changed = change(stored.record);
      if (changed === undefined) return stored;
      const written = await this.replace(kind, key, stored, changed, options);
      if (written !== undefined) return written;
    }
    throw busy(kind);
  }

  /** Deletes the record if it is still as `stored` was. */
  async remove(kind: RecordKind, key: readonly string[], stored: Stored<unknown>, options: CallOptions): Promise<void> {
    const filter = {
      must: [{ has_id: [recordId(kind, key)] }, { key: "revision", match: { value: stored.revision } }],
    };
    await this.qdrant.delete(CONTROL_COLLECTION, { filter }, { ...options, ordering: "strong" });
  }

  /** Deletes all records of a kind whose fields have these values. */
  async removeAll(kind: RecordKind, where: Record<string, string>, options: CallOptions): Promise<void> {
    await this.qdrant.delete(CONTROL_COLLECTION, { filter: filterOf(kind, where) }, { ...options, ordering: "strong" });
  }

  /** All records of a kind whose (indexed) fields have these values, in no particular order. */
  async *list<K extends RecordKind>(
    kind: K,
    where: Record<string, string>,
    options: CallOptions,
  ): AsyncGenerator<Stored<RecordOf<K>>> {
    let offset: string | undefined;
    do {
      const page = await this.qdrant.scroll(
        CONTROL_COLLECTION,
        {
          filter: filterOf(kind, where),
          limit: PAGE,
          payload: true,
          vectors: false,
          ...(offset === undefined ? {} : { offset }),
        },
        options,
      );
      for (const point of page.points) yield storedOf(kind, point);
      offset = page.next;
    } while (offset !== undefined);
  }

  async count(kind: RecordKind, where: Record<string, string>, options: CallOptions): Promise<number> {
    return await this.qdrant.count(CONTROL_COLLECTION, filterOf(kind, where), options);
  }

  private async write<K extends RecordKind>(
    kind: K,
    key: readonly string[],
    record: RecordOf<K>,
    revision: string,
    options: CallOptions & { mode: "insert_only" | "update_only"; updateFilter?: QdrantFilter },
  ): Promise<void> {
    const fields: [string, unknown][] = [...Object.entries(record), ["kind", kind], ["revision", revision]];
    const point = { id: recordId(kind, key), payload: Object.fromEntries(fields), vector: {} };
    await this.qdrant.upsert(CONTROL_COLLECTION, [point], { ...options, ordering: "strong" });
  }
}

function filterOf(kind: RecordKind, where: Record<string, string>): QdrantFilter {
  const conditions = Object.entries({ kind, ...where }).map(([key, value]) => ({ key, match: { value } }));
  return { must: conditions };
}

function storedOf<K extends RecordKind>(kind: K, point: QdrantPoint): Stored<RecordOf<K>> {
  const { payload } = point;
  const revision = payload.revision;
  const schema: (typeof RECORD_KINDS)[K] = RECORD_KINDS[kind];
  if (typeof revision === "string" && payload.kind === kind && Value.Check(schema, payload)) {
    return { record: payload, revision };
  }
  throw new InletError(
    500,
    "internal_error",
    `A ${kind} record in ${CONTROL_COLLECTION} is not as this version writes it.`,
    {
      code: "control_record_damaged",
    },
  );
}

const busy = (kind: RecordKind): InletError =>
  new InletError(
    503,
    "service_unavailable",
    `Too many writers change one ${kind.replace("_", " ")} at once; send it again.`,
    {
      code: "busy",
      retryAfterSeconds: 1,
    },
  );
