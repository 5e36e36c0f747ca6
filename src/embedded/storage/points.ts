/** One collection's points over the store: MutablePointTable. Every change goes into the store's pending batch as whole
 *  records and into what is held in memory at the same time; what is in memory can be dropped at any moment (`reset`) and
 *  comes back from the records. Held per point: nothing, unless a column or an index is in use. */
import { internal } from "../errors";
import { parseJsonText } from "../json/parse";
import { writeJson } from "../json/write";
import { type CollectionConfig, type PayloadIndexSchema } from "../model/collection";
import { type JsonObject, isObject } from "../model/json";
import { type PointId } from "../model/point-id";
import {
  type DenseColumn,
  type IndexedVector,
  type MultiColumn,
  type MutablePointTable,
  type PayloadIndex,
  type PointTable,
  type Slot,
  type SparseColumn,
} from "../model/table";
import { type StoredVector } from "../model/vector";
import { Slices } from "../query/slices";
import { Columns } from "./columns";
import { type Counters } from "./counters";
import { type AllocateFloats, type ColumnOrigin } from "./dense-column";
import { type ColumnFiller } from "./fill";
import { columnKey, indexSettings } from "./index-settings";
import { type PointRecord, vectorPrefix } from "./layout";
import { PayloadCache } from "./payload-cache";
import { type PayloadIndexFactory, PayloadIndexes } from "./payload-indexes";
import { PayloadUsage } from "./payload-usage";
import { PointRecords } from "./point-records";
import { type Store } from "./store";
import { VectorRecords } from "./vector-records";

const DEFAULT_FLUSH_SECONDS = 5;
const CACHED_PAYLOAD_TEXT = 16 * 1024 * 1024;

export interface TableParts {
  store: Store;
  /** The collection's number in keys. */
  number: number;
  config: CollectionConfig;
  /** Vector numbers in keys, by name. */
  vectorNumbers: ReadonlyMap<string, number>;
  counters: Counters;
  createPayloadIndex: PayloadIndexFactory;
  allocate: AllocateFloats;
  filler: ColumnFiller;
}

export class StoredPointTable implements MutablePointTable {
  private readonly records: PointRecords;
  private readonly vectors: VectorRecords;
  private columns: Columns;
  private payloadIndexes: PayloadIndexes;
  private payloads = new PayloadCache(CACHED_PAYLOAD_TEXT);
  private usage = new PayloadUsage();
  private freeSlots: Slot[] | undefined;

  constructor(private readonly parts: TableParts) {
    const { store, number } = parts;
    this.records = new PointRecords(store, number);
    this.vectors = new VectorRecords(
      store,
      number,
      () => this.parts.vectorNumbers,
      () => this.parts.config,
    );
    this.columns = this.newColumns();
    this.payloadIndexes = this.newIndexes();
  }

  get slotCount(): number {
    return this.parts.counters.slotCount;
  }
  get pointCount(): number {
    return this.parts.counters.pointCount;
  }
  get vectorNames(): PointTable["vectorNames"] {
    return this.parts.config;
  }
  get indexes(): ReadonlyMap<string, PayloadIndexSchema> {
    return this.parts.config.indexes;
  }

  idAt(slot: Slot): PointId | undefined {
    return this.records.at(slot)?.id;
  }

  slotOf(id: PointId): Slot | undefined {
    return this.records.slotOf(id);
  }

  versionAt(slot: Slot): number {
    return this.records.at(slot)?.version ?? 0;
  }

  payloadAt(slot: Slot): JsonObject {
    const cached = this.payloads.get(slot);
    if (cached !== undefined) return cached;
    const text = this.records.at(slot)?.payload ?? "";
    const payload = parsePayload(text);
    this.payloads.set(slot, payload, text.length);
    return payload;
  }

  hasVector(slot: Slot, name: string): boolean {
    const number = this.parts.vectorNumbers.get(name);
    return number !== undefined && (this.records.at(slot)?.vectors.includes(number) ?? false);
  }

  vectorsAt(slot: Slot): Map<string, StoredVector> {
    const found = new Map<string, StoredVector>();
    for (const name of this.namesOf(this.records.at(slot))) {
      const vector = this.vectors.read(name, slot);
      if (vector !== undefined) found.set(name, vector);
    }
    return found;
  }

  vectorAt(slot: Slot, name: string): StoredVector | undefined {
    return this.hasVector(slot, name) ? this.vectors.read(name, slot) : undefined;
  }

  slotsById(from?: PointId): Iterable<Slot> {
    return this.records.slotsById(from);
  }

  denseColumn(name: string): Promise<DenseColumn> {
    return this.columns.denseColumn(name);
  }
  multiColumn(name: string): Promise<MultiColumn> {
    return this.columns.multiColumn(name);
  }
  sparseColumn(name: string): Promise<SparseColumn> {
    return this.columns.sparseColumn(name);
  }

  /** How many points have a named vector. */
  vectorCount(name: string): number {
    return this.columns.count(name);
  }

  /** The same, without holding up other requests. */
  countVectors(name: string): Promise<number> {
    return this.columns.countInSlices(name, () => this.slotCount);
  }

  get payloadBytes(): number {
    while (!this.usage.isCounted) this.countPayloads(this.usage);
    return this.usage.bytes(this.flushIntervalMs);
  }

  /** The same, without holding up other requests. */
  async countPayloadBytes(): Promise<number> {
    const { usage } = this;
    const slices = new Slices();
    while (!usage.isCounted) {
      if (slices.isUsedUp) await slices.next();
      this.countPayloads(usage);
    }
    return usage.bytes(this.flushIntervalMs);
  }

  payloadIndex(path: string): PayloadIndex | undefined {
    return this.payloadIndexes.get(path);
  }

  /** Builds an index ahead of its first use, letting other work run meanwhile. */
  prepareIndex(path: string): Promise<void> {
    return this.payloadIndexes.prepare(path);
  }

  upsert(id: PointId, payload: JsonObject, vectors: Map<string, StoredVector>, version: number): Slot {
    const { counters } = this.parts;
    const known = this.slotOf(id);
    const slot = known ?? this.takeFreeSlot() ?? counters.nextSlot();
    const before = known === undefined ? undefined : this.records.at(known);
    const numbers = this.writeVectors(slot, before, vectors);
    const text = textOf(payload);
    this.usage.replaced(slot, before?.payload ?? "", text);
    const record = { id, version, vectors: numbers, payload: text };
    if (known === undefined) {
      this.records.add(slot, record);
      counters.addPoints(1);
    } else {
      this.records.replace(slot, record);
    }
    this.noticePayload(slot, payload);
    return slot;
  }

  replacePayload(slot: Slot, payload: JsonObject, version: number): void {
    const before = this.records.mustHave(slot);
    const text = textOf(payload);
    this.usage.replaced(slot, before.payload, text);
    this.records.replace(slot, { ...before, version, payload: text });
    this.noticePayload(slot, payload);
  }

  replaceVectors(slot: Slot, vectors: Map<string, StoredVector>, version: number): void {
    const before = this.records.mustHave(slot);
    const numbers = this.writeVectors(slot, before, vectors);
    this.records.replace(slot, { ...before, version, vectors: numbers });
  }

  touch(slot: Slot, version: number): void {
    this.records.replace(slot, { ...this.records.mustHave(slot), version });
  }

  delete(slot: Slot): void {
    const record = this.records.mustHave(slot);
    for (const name of this.namesOf(record)) {
      this.columns.remove(name, slot);
      this.vectors.remove(name, slot);
    }
    this.records.remove(slot, record.id);
    this.parts.counters.addPoints(-1);
    this.usage.replaced(slot, record.payload, "");
    this.payloadIndexes.remove(slot);
    this.payloads.delete(slot);
    this.freeSlots?.push(slot);
  }

  /** Drops all that is held in memory. */
  reset(): void {
    this.columns = this.newColumns();
    this.payloadIndexes = this.newIndexes();
    this.payloads = new PayloadCache(CACHED_PAYLOAD_TEXT);
    this.usage = new PayloadUsage();
    this.freeSlots = undefined;
    this.records.reset();
  }

  /** Forgets the columns of a named vector that was dropped. */
  forgetVector(name: string): void {
    this.columns.drop(name);
  }

  /** Forgets the structure of an index that was dropped or declared anew. */
  forgetIndex(path: string): void {
    this.payloadIndexes.forget(path);
  }

  /** The plain dense vectors. */
  indexedVectors(): IndexedVector[] {
    const plain = [...this.parts.config.dense].filter(([, { multi }]) => !multi);
    return plain.map(([name, params]) => ({
      ...this.originOf(name),
      name,
      params,
      mostCount: this.pointCount,
      column: () => this.denseColumn(name),
    }));
  }

  private originOf(name: string): ColumnOrigin {
    const { number, config } = this.parts;
    return {
      key: columnKey(number, this.vectors.numberOf(name)),
      indexSettings: () => indexSettings(config, name),
    };
  }

  private newColumns(): Columns {
    const { store, number, config, allocate, filler } = this.parts;
    return new Columns({
      config: () => config,
      records: this.vectors,
      allocate,
      filler,
      source: (name) => ({
        storePath: store.path,
        prefix: vectorPrefix(number, this.vectors.numberOf(name)),
        slotCount: this.slotCount,
        // What a failed write takes back is dropped with all columns.
        committed: () => store.committed().catch(() => undefined),
        records: () => this.vectors.all(name),
      }),
      origin: (name) => this.originOf(name),
    });
  }

  private countPayloads(usage: PayloadUsage): void {
    const { records, next } = this.records.block(usage.reached);
    for (const [slot, { payload }] of records) usage.count(slot, payload);
    if (next === undefined) usage.finish();
  }

  private get flushIntervalMs(): number {
    const seconds = this.parts.config.optimizers.get("flush_interval_sec");
    return (typeof seconds === "number" ? seconds : DEFAULT_FLUSH_SECONDS) * 1000;
  }

  private newIndexes(): PayloadIndexes {
    return new PayloadIndexes(
      () => this.parts.config.indexes,
      this.parts.createPayloadIndex,
      (from) => {
        const { records, next } = this.records.block(from);
        const payloads = records
          .filter(([, { payload }]) => payload !== "")
          .map(([slot, { payload }]): [Slot, JsonObject] => [slot, parsePayload(payload)]);
        return { payloads, next };
      },
    );
  }

  private noticePayload(slot: Slot, payload: JsonObject): void {
    this.payloads.delete(slot);
    this.payloadIndexes.put(slot, payload);
  }

  /** Replaces all vectors of a slot and gives the numbers of the new ones. */
  private writeVectors(slot: Slot, before: PointRecord | undefined, vectors: Map<string, StoredVector>): number[] {
    for (const name of this.namesOf(before)) {
      this.columns.remove(name, slot);
      if (!vectors.has(name)) this.vectors.remove(name, slot);
    }
    const numbers: number[] = [];
    for (const [name, vector] of vectors) {
      this.vectors.put(name, slot, vector);
      this.columns.put(name, slot, vector);
      numbers.push(this.vectors.numberOf(name));
    }
    return numbers;
  }

  /** Names of the vectors that a point has; one that the collection has dropped since is no longer there. */
  private namesOf(record: PointRecord | undefined): string[] {
    if (record === undefined || record.vectors.length === 0) return [];
    const names: string[] = [];
    for (const [name, number] of this.parts.vectorNumbers) if (record.vectors.includes(number)) names.push(name);
    return names;
  }

  private takeFreeSlot(): Slot | undefined {
    this.freeSlots ??= this.pointCount === this.slotCount ? [] : this.records.freeSlots(this.slotCount);
    return this.freeSlots.pop();
  }
}

const textOf = (payload: JsonObject): string => (payload.size === 0 ? "" : writeJson(payload));

function parsePayload(text: string): JsonObject {
  if (text === "") return new Map();
  const payload = parseJsonText(text);
  if (!isObject(payload)) throw internal("a stored payload is not an object");
  return payload;
}
