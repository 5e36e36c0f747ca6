import { internal, noCollection } from "../errors";
import {
  type Collection,
  type CollectionConfig,
  type DenseParams,
  type PayloadIndexSchema,
  type SparseParams,
} from "../model/collection";
import { Rates } from "../rates";
import { SizeEstimate } from "../sizes";
import { type CatalogParts } from "./catalog";
import { type CollectionRecord, encodeCollection } from "./config-codec";
import { Counters } from "./counters";
import { columnKey } from "./index-settings";
import { COLLECTION_KEY, COUNTERS_KEY, collectionPrefix, vectorPrefix } from "./layout";
import { StoredPointTable } from "./points";
import { type Sweeper } from "./sweeper";

/** One collection: its catalog record, its counters and its points. After a failed commit, and after its deletion, it is
 *  invalid, and a request that still holds it can no longer write through it. */
export class StoredCollection implements Collection {
  private readonly points: StoredPointTable;
  private readonly counters: Counters;
  private state: "valid" | "deleted" | "reloaded" = "valid";

  constructor(
    private readonly parts: CatalogParts,
    private readonly sweeper: Sweeper,
    readonly number: number,
    private readonly record: CollectionRecord,
    readonly rates = new Rates(false),
    readonly sizes = new SizeEstimate(),
  ) {
    this.counters = new Counters(parts.store, Buffer.from(COUNTERS_KEY + String(number)));
    this.points = new StoredPointTable({
      ...parts,
      number,
      config: record.config,
      vectorNumbers: record.vectorNumbers,
      counters: this.counters,
    });
  }

  static make(
    parts: CatalogParts,
    sweeper: Sweeper,
    number: number,
    name: string,
    config: CollectionConfig,
  ): StoredCollection {
    const names = [...config.dense.keys(), ...config.sparse.keys()];
    const record = {
      name,
      config,
      vectorNumbers: new Map(names.map((vector, index) => [vector, index])),
      nextVectorNumber: names.length,
    };
    const sizes = new SizeEstimate({ vectorBytes: 0, payloadBytes: 0, points: 0 });
    const collection = new StoredCollection(parts, sweeper, number, record, new Rates(true), sizes);
    collection.save();
    return collection;
  }

  get name(): string {
    return this.record.name;
  }
  get config(): CollectionConfig {
    return this.record.config;
  }
  get table(): StoredPointTable {
    this.mustBeValid();
    return this.points;
  }

  nextOperationId(): number {
    this.mustBeValid();
    return this.counters.nextOperation();
  }

  /** 0 before the first operation. */
  get lastOperationId(): number {
    return this.counters.lastOperation;
  }

  async committed(): Promise<void> {
    await this.parts.store.committed();
  }

  /** Puts a change of `config` into the pending batch. */
  save(): void {
    this.mustBeValid();
    this.parts.store.put("meta", this.key(), Buffer.from(this.recordText()));
  }

  /** The catalog record as it is written. */
  recordText(): string {
    this.mustBeValid();
    return encodeCollection(this.record);
  }

  addDense(name: string, params: DenseParams): void {
    this.record.config.dense.set(name, params);
    this.giveNumber(name);
  }

  addSparse(name: string, params: SparseParams): void {
    const { config } = this.record;
    config.sparse.set(name, params);
    // From its first sparse vector on a collection shows them, be it as an empty map.
    config.params.set("sparse_vectors", new Map());
    this.giveNumber(name);
  }

  /** Drops a named vector and all its data; one that is not there is fine. */
  removeVector(name: string): void {
    const number = this.record.vectorNumbers.get(name);
    if (number === undefined) return;
    this.record.config.dense.delete(name);
    this.record.config.sparse.delete(name);
    this.record.vectorNumbers.delete(name);
    this.points.forgetVector(name);
    this.sweeper.add("vectors", vectorPrefix(this.number, number));
    this.save();
    this.dropGraphs([number]);
  }

  setIndex(path: string, schema: PayloadIndexSchema): void {
    this.record.config.indexes.set(path, schema);
    this.points.forgetIndex(path);
    this.save();
  }

  removeIndex(path: string): void {
    if (!this.record.config.indexes.delete(path)) return;
    this.points.forgetIndex(path);
    this.save();
  }

  /** Takes the collection out of the catalog; its records are swept later. */
  remove(): void {
    this.parts.store.remove("meta", this.key());
    this.parts.store.remove("meta", Buffer.from(COUNTERS_KEY + String(this.number)));
    for (const database of ["ids", "points", "vectors"] as const) {
      this.sweeper.add(database, collectionPrefix(this.number));
    }
    this.dropGraphs([...this.record.vectorNumbers.values()]);
    this.invalidate("deleted");
  }

  /** The keys of its dense columns, which name their graphs. */
  columnKeys(): string[] {
    return [...this.record.vectorNumbers.values()].map((vector) => columnKey(this.number, vector));
  }

  /** What a request still holds of it is stale from now on. */
  invalidate(why: "deleted" | "reloaded"): void {
    this.state = why;
    this.points.reset();
  }

  /** Once it is sure that the vectors are gone. */
  private dropGraphs(vectors: readonly number[]): void {
    const { store, dropGraph } = this.parts;
    const drop = (): void => {
      for (const vector of vectors) dropGraph(columnKey(this.number, vector));
    };
    store.committed().then(drop, () => undefined);
  }

  private giveNumber(name: string): void {
    this.record.vectorNumbers.set(name, this.record.nextVectorNumber++);
    this.save();
  }

  private mustBeValid(): void {
    if (this.state === "deleted") throw noCollection(this.record.name);
    if (this.state === "reloaded") throw internal("a write of the disk failed while this request ran");
  }

  private key(): Buffer {
    return Buffer.from(COLLECTION_KEY + String(this.number));
  }
}
