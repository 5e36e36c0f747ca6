/** From documents as they come to lines of results in the same order, with bounded memory: reading stops while too many bytes
 *  wait to be written or too many results wait to be read.
 *
 *      reader -> queue -> groups in flight -> results, put in order -> lines
 *
 *  A group is sent as soon as there is room in flight and takes what waits by then, so that a quick sender gets large
 *  groups and a slow one is never kept waiting; no timer is needed. A document waits for a group in flight that has its id
 *  or its parent. A document is written or refused in its line, never dropped. */
import { type CreateGroup, type Outcome } from "../documents/create-group";
import { type DocumentCreate } from "../documents/schemas";
import { type InletError } from "../errors";
import { ByteBudget } from "../streams/byte-budget";
import { type BulkItem } from "./reader";
import { asInletError, type BulkCounts, lastLine, refusedLine, writtenLine } from "./results";

export interface PipelineLimits {
  /** Documents that were read and not yet written. */
  waitingBytes: number;
  /** Results that were made and not yet read. */
  resultBytes: number;
  groupBytes: number;
  groupDocuments: number;
  groupsInFlight: number;
}

/** Some tens of MiB for a request; a group is about one request to Qdrant. */
export const BULK_LIMITS: PipelineLimits = {
  waitingBytes: 32 * 1024 * 1024,
  resultBytes: 32 * 1024 * 1024,
  groupBytes: 8 * 1024 * 1024,
  groupDocuments: 256,
  groupsInFlight: 3,
};

type Waiting = BulkItem & { body: DocumentCreate };
const isWaiting = (item: BulkItem): item is Waiting => item.body !== undefined;

/** Errors of the place, which no later document would meet otherwise. */
const endsAll = (error: InletError): boolean => error.status === 403 || error.status === 404;

export class BulkPipeline {
  private readonly queue: Waiting[] = [];
  /** Ids that groups in flight write. */
  private readonly writing = new Set<string>();
  private inFlight = 0;
  /** Lines that earlier documents' lines have to come before. */
  private readonly early = new Map<number, string>();
  private nextIndex = 0;
  private ready: string[] = [];
  private readonly counts: BulkCounts = { received: 0, written: 0, refused: 0 };
  private failure: InletError | undefined;
  private readDone = false;
  private pumping = false;
  /** Bytes of results that are not read yet. */
  private unread = 0;
  /** Wakes the answer, and the reading that waits for its results to be read. */
  private wake: () => void = () => undefined;
  private resume: () => void = () => undefined;
  private readonly waiting: ByteBudget;
  /** Ends the reading. */
  private readonly enough = new AbortController();

  constructor(
    private readonly create: CreateGroup,
    private readonly want: { errorsOnly: boolean },
    private readonly signal: AbortSignal,
    private readonly limits: PipelineLimits = BULK_LIMITS,
  ) {
    this.waiting = new ByteBudget(limits.waitingBytes);
  }

  /** The answer in pieces of whole lines; the first may be empty: then documents are being written and the request is
   *  accepted. @throws InletError where the request fails before any document of it was settled, or for all of them alike */
  async *run(items: AsyncIterable<BulkItem>): AsyncGenerator<string> {
    const abort = (): void => this.stopReading();
    this.signal.addEventListener("abort", abort, { once: true });
    void this.read(items);
    let accepted = false;
    try {
      for (;;) {
        const changed = new Promise<void>((resolve) => (this.wake = resolve));
        this.signal.throwIfAborted();
        if (!accepted && this.failure !== undefined && endsAll(this.failure)) throw this.failure;
        const settled = this.counts.written + this.counts.refused > 0;
        if (this.ready.length > 0 || (settled && !accepted)) {
          accepted = true;
          const text = this.ready.join("");
          this.ready = [];
          yield text;
          this.unread -= text.length;
          this.resume();
        } else if (this.isOver()) {
          break;
        } else {
          await changed;
        }
      }
      if (this.failure !== undefined && !accepted) throw this.failure;
      yield lastLine(this.counts, this.failure);
    } finally {
      this.signal.removeEventListener("abort", abort);
      this.stopReading();
    }
  }

  private isOver(): boolean {
    const noMore = this.readDone || (this.failure !== undefined && endsAll(this.failure));
    return noMore && this.inFlight === 0 && this.queue.length === 0;
  }

  /** Never throws: what goes wrong is the answer's last line. */
  private async read(items: AsyncIterable<BulkItem>): Promise<void> {
    const { signal } = this.enough;
    try {
      for await (const item of items) {
        signal.throwIfAborted();
        this.counts.received += 1;
        if (isWaiting(item)) {
          await this.waiting.take(item.bytes, signal);
          this.queue.push(item);
          this.schedule();
        } else {
          this.refuse(item, asInletError(item.error));
        }
        while (this.unread > this.limits.resultBytes && !signal.aborted) {
          await new Promise<void>((resolve) => (this.resume = resolve));
        }
      }
    } catch (error) {
      if (!signal.aborted) this.failure ??= asInletError(error);
    }
    this.readDone = true;
    this.wake();
  }

  private stopReading(): void {
    this.enough.abort();
    this.resume();
    this.wake();
  }

  /** After what has come in one piece, so that it goes out in one group. */
  private schedule(): void {
    if (this.pumping) return;
    this.pumping = true;
    setImmediate(() => {
      this.pumping = false;
      this.pump();
    });
  }

  private pump(): void {
    while (this.inFlight < this.limits.groupsInFlight) {
      const group = this.nextGroup();
      if (group.length === 0) break;
      this.inFlight += 1;
      void this.write(group);
    }
    this.wake();
  }

  /** What waits, up to the first document that must wait for one in flight or in the group. */
  private nextGroup(): Waiting[] {
    const group: Waiting[] = [];
    const ids = new Set<string>();
    let bytes = 0;
    for (const item of this.queue) {
      const { document_id: id, source_document_id: parent } = item.body;
      if (group.length === this.limits.groupDocuments) break;
      if (group.length > 0 && bytes + item.bytes > this.limits.groupBytes) break;
      if (typeof id === "string" && (ids.has(id) || this.writing.has(id))) break;
      if (typeof parent === "string" && this.writing.has(parent)) break;
      if (typeof id === "string") ids.add(id);
      group.push(item);
      bytes += item.bytes;
    }
    this.queue.splice(0, group.length);
    for (const id of ids) this.writing.add(id);
    return group;
  }

  private async write(group: readonly Waiting[]): Promise<void> {
    const outcomes = await this.outcomesOf(group);
    group.forEach((item, at) => {
      const outcome = outcomes[at] ?? { error: asInletError(new Error("No outcome.")) };
      if (outcome.error === undefined) this.settle(item.index, writtenLine(item.index, outcome.documentId), true);
      else this.refuse(item, outcome.error);
      if (typeof item.body.document_id === "string") this.writing.delete(item.body.document_id);
      this.waiting.release(item.bytes);
    });
    this.inFlight -= 1;
    this.pump();
  }

  private async outcomesOf(group: readonly Waiting[]): Promise<Outcome[]> {
    const { failure } = this;
    if (failure !== undefined && endsAll(failure)) return group.map(() => ({ error: failure }));
    try {
      return await this.create(group.map(({ body }) => body));
    } catch (thrown) {
      const error = asInletError(thrown);
      if (endsAll(error)) {
        this.failure ??= error;
        this.stopReading();
      }
      return group.map(() => ({ error }));
    }
  }

  private refuse({ index, documentId }: BulkItem, error: InletError): void {
    this.settle(index, refusedLine(index, documentId, error), false);
  }

  private settle(index: number, line: string, written: boolean): void {
    this.counts[written ? "written" : "refused"] += 1;
    this.early.set(index, written && this.want.errorsOnly ? "" : line);
    for (let next = this.early.get(this.nextIndex); next !== undefined; next = this.early.get(this.nextIndex)) {
      this.early.delete(this.nextIndex);
      this.nextIndex += 1;
      if (next === "") continue;
      this.ready.push(next);
      this.unread += next.length;
    }
    this.wake();
  }
}
