/** The points and vectors that a query names as examples. */
import { noVectorName, notFound } from "../errors";
import { type Collection } from "../model/collection";
import { type PointId } from "../model/point-id";
import { type Example, type LookupFrom, type Query, type QueryStage } from "../model/query";
import { type PointTable } from "../model/table";
import { DEFAULT_VECTOR, type GivenVector, type StoredVector } from "../model/vector";
import { checkDimensions, preparedVectors } from "../operations/prepare-vector";

/** Where examples are looked up. */
export interface ExampleSources {
  collection: Collection;
  /** For `lookup_from`. @throws QdrantError 404, or 400 for a shard key, which no collection here has */
  lookup(from: LookupFrom): Collection;
}

/** A point that a query names as an example. */
export interface NamedPoint {
  id: PointId;
  isThere: boolean;
  /** Whether it is one of the collection that is searched. */
  isOwn: boolean;
}

/** The examples of one stage, as vectors. */
export class Examples {
  private readonly name: string;

  constructor(
    private readonly stage: QueryStage,
    private readonly sources: ExampleSources,
  ) {
    this.name = stage.using ?? DEFAULT_VECTOR;
  }

  /** @throws QdrantError 404 where the point lacks the vector */
  required(example: Example): GivenVector {
    const vector = this.vectorOf(example);
    if (vector === undefined) throw notFound(`Vector with name "${this.lookupName}" for point not found`);
    return vector;
  }
  /** Those that have the vector. */
  present(examples: readonly Example[]): GivenVector[] {
    return examples.map((example) => this.vectorOf(example)).filter((vector) => vector !== undefined);
  }
  /** @throws QdrantError 400 where the vector does not fit the column, or there is no such column */
  prepared(vector: GivenVector): StoredVector {
    this.checkName();
    const { config } = this.sources.collection;
    const named = new Map([[this.name, vector]]);
    // Rows for a plain vector are of the wrong kind before they are of the wrong size.
    const isWrongKind = vector.kind === "multi" && config.dense.get(this.name)?.multi === false;
    if (!isWrongKind) checkDimensions(config, named, false);
    const prepared = preparedVectors(config, named).get(this.name);
    if (prepared === undefined) throw noVectorName(this.name);
    return prepared;
  }
  checkName(): void {
    requireName(this.sources.collection.table, this.name);
  }

  private get lookupName(): string {
    return this.stage.lookupFrom?.vector ?? this.name;
  }

  /** The points that the stage's query names. Qdrant fetches those of all stages before it looks at anything else.
   *  @throws QdrantError 404 without the collection, 400 without the vector name there */
  ids(): NamedPoint[] {
    const ids = examplesOf(this.stage.query).flatMap((example) => (example.kind === "id" ? [example.id] : []));
    return ids.map((id) => {
      const { table } = this.from();
      const isThere = table.slotOf(id) !== undefined;
      if (isThere) requireName(table, this.lookupName);
      return { id, isThere, isOwn: this.isOwn };
    });
  }

  /** Qdrant compares names as they are given: looked up by an alias of this very collection, the point is not left out. */
  private get isOwn(): boolean {
    const { lookupFrom } = this.stage;
    return lookupFrom === undefined || lookupFrom.collection === this.sources.collection.name;
  }

  private from(): Collection {
    const { lookupFrom } = this.stage;
    return lookupFrom === undefined ? this.sources.collection : this.sources.lookup(lookupFrom);
  }

  private vectorOf(example: Example): GivenVector | undefined {
    if (example.kind === "vector") return example.vector;
    const { table } = this.from();
    const slot = table.slotOf(example.id);
    const stored = slot === undefined ? undefined : table.vectorAt(slot, this.lookupName);
    return stored && asGiven(stored);
  }
}

function requireName({ vectorNames: { dense, sparse } }: PointTable, name: string): void {
  if (!dense.has(name) && !sparse.has(name)) throw noVectorName(name);
}

function asGiven(stored: StoredVector): GivenVector {
  if (stored.kind !== "multi") return stored;
  const { size, data } = stored.multi;
  const rows = Array.from({ length: data.length / size }, (_, i) => data.subarray(i * size, (i + 1) * size));
  return { kind: "multi", rows };
}

export function examplesOf(query: Query | undefined): Example[] {
  const pairs = (context: readonly { positive: Example; negative: Example }[]): Example[] =>
    context.flatMap(({ positive, negative }) => [positive, negative]);
  switch (query?.kind) {
    case "nearest":
      return [query.target];
    case "recommend":
      return [...query.positive, ...query.negative];
    case "discover":
      return [query.target, ...pairs(query.context)];
    case "context":
      return pairs(query.context);
    case "feedback":
      return [query.target, ...query.feedback.map(({ example }) => example)];
    default:
      return [];
  }
}
