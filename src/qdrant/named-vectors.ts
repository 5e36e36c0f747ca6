/** The named vectors of each namespace's Qdrant collection: what is there, and adding what a document brings first.
 *
 *  A name may be used only after a call that made it (or made it again, which is a no-op) has answered: on a cluster a node
 *  shows the name earlier than the others take it, and a point sent in between is written in part. So a name that this
 *  process has not yet had acknowledged is asked for once more before its first use. */
import { ControlCache, untilAborted } from "../control/cache";
import { InletError } from "../errors";
import {
  type Admin,
  type CallOptions,
  type DenseVectorSchema,
  type SparseVectorSchema,
  type VectorSchema,
} from "./gateway";

/** What a document needs under a name. */
export type WantedVector = { kind: "dense" | "multi"; size: number } | { kind: "sparse" };
/** What is declared of a name that is not there yet. */
export type VectorDefaults = Partial<
  Pick<DenseVectorSchema, "distance" | "datatype"> & Pick<SparseVectorSchema, "modifier">
>;
type Schema = ReadonlyMap<string, VectorSchema>;

const MAX_COLLECTIONS = 10_000;
/** Adding goes on for all who wait for it, whoever goes away. */
const ADD_TIMEOUT_MS = 30_000;

export class NamedVectors {
  private readonly schemas = new ControlCache<Schema>();
  private readonly acknowledged = new Map<string, Set<string>>();
  private readonly adding = new Map<string, Promise<void>>();

  constructor(private readonly qdrant: Pick<Admin, "describeCollection" | "addNamedVector">) {}

  /** @throws InletError 404 where the collection is gone */
  async schema(collection: string, options: CallOptions & { fresh?: boolean }): Promise<Schema> {
    if (options.fresh === true) this.schemas.drop(collection);
    const schema = await this.schemas.get(collection, options.signal, async (signal) => {
      return (await this.qdrant.describeCollection(collection, { signal }))?.vectors;
    });
    if (schema !== undefined) return schema;
    this.forget(collection);
    throw new InletError(404, "not_found", "The namespace's Qdrant collection is not there.", {
      code: "qdrant_collection_missing",
      details: { collection },
    });
  }

  /** Every wanted vector, there and ready to be written. See `NamespaceResolver.ensureVectors`. */
  async ensure(
    collection: string,
    wanted: ReadonlyMap<string, WantedVector>,
    defaults: ReadonlyMap<string, VectorDefaults>,
    options: CallOptions,
  ): Promise<Schema> {
    const known = await this.schema(collection, options);
    const ready = this.acknowledged.get(collection);
    const settled = [...wanted].every(([name, want]) => fits(known.get(name), want) && ready?.has(name) === true);
    if (settled) return known;

    const fresh = await this.schema(collection, { ...options, fresh: true });
    refuseMismatches(wanted, fresh);
    const toAdd = [...wanted.keys()].filter((name) => !fresh.has(name) || ready?.has(name) !== true);
    const additions = toAdd.map((name) => {
      const there = fresh.get(name);
      const schema = there ?? newSchema(wanted.get(name), defaults.get(name));
      return this.addOnce(collection, name, schema, there !== undefined, options.signal);
    });
    const ended = await Promise.allSettled(additions);
    const after = await this.schema(collection, { ...options, fresh: true });
    // Somebody else was faster with another size: what is there now says which.
    refuseMismatches(wanted, after);
    for (const addition of ended) if (addition.status === "rejected") throw addition.reason;
    return after;
  }

  /** Forgets what is known of a collection that is gone, or was changed. */
  forget(collection: string): void {
    this.schemas.drop(collection);
    this.acknowledged.delete(collection);
  }

  private async addOnce(
    collection: string,
    name: string,
    schema: VectorSchema,
    isThere: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const flight = JSON.stringify([collection, name, schema, isThere]);
    let adding = this.adding.get(flight);
    if (adding === undefined) {
      adding = this.add(collection, name, schema, isThere).finally(() => this.adding.delete(flight));
      this.adding.set(flight, adding);
    }
    await untilAborted(adding, signal);
  }

  private async add(collection: string, name: string, schema: VectorSchema, isThere: boolean): Promise<void> {
    try {
      await this.qdrant.addNamedVector(collection, name, schema, { signal: AbortSignal.timeout(ADD_TIMEOUT_MS) });
    } catch (error) {
      // Declared with more than the endpoint knows (an index, a sparse datatype), so that "again" looks different to Qdrant;
      // the answer still comes after the one that made it, which is all that is asked.
      if (!isThere || !(error instanceof InletError) || error.code !== "vector_mismatch") throw error;
    }
    const names = this.acknowledged.get(collection) ?? new Set();
    names.add(name);
    this.acknowledged.delete(collection);
    this.acknowledged.set(collection, names);
    const [oldest] = this.acknowledged.keys();
    if (this.acknowledged.size > MAX_COLLECTIONS && oldest !== undefined) this.acknowledged.delete(oldest);
  }
}

function newSchema(want: WantedVector | undefined, defaults: VectorDefaults | undefined): VectorSchema {
  const { distance = "Cosine", datatype, modifier } = defaults ?? {};
  if (want === undefined || want.kind === "sparse") {
    return { kind: "sparse", ...(modifier === undefined ? {} : { modifier }) };
  }
  return { kind: want.kind, size: want.size, distance, ...(datatype === undefined ? {} : { datatype }) };
}

function fits(schema: VectorSchema | undefined, want: WantedVector): boolean {
  if (schema === undefined || schema.kind !== want.kind) return false;
  return schema.kind === "sparse" || want.kind === "sparse" || schema.size === want.size;
}

/** @throws InletError 422 that lists each wanted vector that the schema holds otherwise */
function refuseMismatches(wanted: ReadonlyMap<string, WantedVector>, schema: Schema): void {
  const errors = [...wanted].flatMap(([name, want]) => {
    const there = schema.get(name);
    return there === undefined || fits(there, want) ? [] : [mismatch(name, there, want)];
  });
  const [first] = errors;
  if (first === undefined) return;
  const message = errors.length === 1 ? first.message : `${errors.length} vectors do not fit the namespace.`;
  const { name, expected, got } = first;
  throw new InletError(422, "validation_error", message, {
    code: "vector_mismatch",
    details: { name, expected, got, errors },
  });
}

function mismatch(name: string, there: VectorSchema, want: WantedVector) {
  const path = `vectors.${name}`;
  if (there.kind !== "sparse" && want.kind !== "sparse" && there.kind === want.kind) {
    const message = `Vector ${name} has ${want.size} numbers; its namespace stores ${there.size}.`;
    return { path, message, name, expected: there.size, got: want.size };
  }
  const message = `Vector ${name} is ${described(want)}; its namespace stores ${described(there)}.`;
  return { path, message, name, expected: described(there), got: described(want) };
}

const described = (vector: WantedVector): string =>
  vector.kind === "sparse" ? "sparse" : `${vector.kind === "multi" ? "multi-dense" : "dense"} of size ${vector.size}`;
