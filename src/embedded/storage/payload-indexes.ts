/** The payload indexes of one collection in memory, each built by a pass over the stored payloads and kept up to date from
 *  the first block on, so that a build may let other work, and writes, run between two blocks: a point that changes behind
 *  the pass is put at once, one before it is put again when the pass gets there. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { type PayloadIndexSchema } from "../model/collection";
import { type JsonObject } from "../model/json";
import { type PayloadIndex, type Slot } from "../model/table";

export type PayloadIndexFactory = (schema: PayloadIndexSchema, path: string) => PayloadIndex;

/** One block of stored payloads by ascending slot, from `from` on; `next` is where the following one starts, undefined at the
 *  end. */
export type ReadPayloads = (from: Slot) => { payloads: Iterable<[Slot, JsonObject]>; next: Slot | undefined };

interface Build {
  index: PayloadIndex;
  /** Where the pass goes on; undefined when it is done. */
  next: Slot | undefined;
}

export class PayloadIndexes {
  private readonly builds = new Map<string, Build>();

  constructor(
    private readonly schemas: () => ReadonlyMap<string, PayloadIndexSchema>,
    private readonly create: PayloadIndexFactory,
    private readonly read: ReadPayloads,
  ) {}

  /** The finished index; what is missing of it is built before this returns. */
  get(path: string): PayloadIndex | undefined {
    const build = this.build(path);
    if (build === undefined) return undefined;
    while (build.next !== undefined) this.advance(build);
    return build.index;
  }

  /** Builds it in slices, between which other work runs. */
  async prepare(path: string): Promise<void> {
    for (;;) {
      // Looked up anew after each pause: meanwhile it may have been dropped, or declared otherwise.
      const build = this.build(path);
      if (build?.next === undefined) return;
      this.advance(build);
      await nextTurn();
    }
  }

  put(slot: Slot, payload: JsonObject): void {
    for (const { index } of this.builds.values()) index.put(slot, payload);
  }

  remove(slot: Slot): void {
    for (const { index } of this.builds.values()) index.remove(slot);
  }

  forget(path: string): void {
    this.builds.delete(path);
  }

  private build(path: string): Build | undefined {
    const existing = this.builds.get(path);
    if (existing !== undefined) return existing;
    const schema = this.schemas().get(path);
    if (schema === undefined) return undefined;
    const build = { index: this.create(schema, path), next: 0 };
    this.builds.set(path, build);
    return build;
  }

  private advance(build: Build): void {
    const { payloads, next } = this.read(build.next ?? 0);
    for (const [slot, payload] of payloads) build.index.put(slot, payload);
    build.next = next;
  }
}
