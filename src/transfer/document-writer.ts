/** Writes documents in groups of a bounded size: one is on its way to Qdrant while the next one fills. Documents reach Qdrant
 *  in the order of the file, so that of two with one id the later one stays. */
import { InletError } from "../errors";
import { type PointWriter, type QdrantPoint } from "../qdrant/gateway";

export interface WaitingDocument {
  line: number;
  documentId: string;
  point: QdrantPoint;
  /** Of its line. */
  bytes: number;
}

export interface WriterLimits {
  groupBytes: number;
  groupDocuments: number;
}

export const WRITER_LIMITS: WriterLimits = { groupBytes: 4 * 1024 * 1024, groupDocuments: 512 };

/** What became of the documents: each that was added is told of once, unless the writer fails. */
export interface WriterOutcomes {
  written(documents: number): void;
  refused(document: WaitingDocument, error: InletError): void;
}

export class DocumentWriter {
  private group: WaitingDocument[] = [];
  private ids = new Set<string>();
  private bytes = 0;
  private writing: Promise<void> = Promise.resolve();
  private failure: { error: unknown } | undefined;

  constructor(
    private readonly writer: PointWriter,
    private readonly collection: string,
    private readonly outcomes: WriterOutcomes,
    private readonly signal: AbortSignal,
    private readonly limits: WriterLimits = WRITER_LIMITS,
  ) {}

  /** Returns when the document has its place in memory. @throws what a write before it failed with, other than a refusal */
  async add(document: WaitingDocument): Promise<void> {
    const { groupBytes, groupDocuments } = this.limits;
    const full = this.bytes + document.bytes > groupBytes || this.group.length === groupDocuments;
    if (this.group.length > 0 && (full || this.ids.has(document.point.id))) await this.flush();
    this.group.push(document);
    this.ids.add(document.point.id);
    this.bytes += document.bytes;
  }

  /** Returns when every document that was added is written or refused. @throws as `add` */
  async finish(): Promise<void> {
    await this.flush();
    await this.settled();
  }

  /** Waits for what is on its way, whatever becomes of it. */
  async drain(): Promise<void> {
    await this.writing;
  }

  private async flush(): Promise<void> {
    await this.settled();
    const { group } = this;
    this.group = [];
    this.ids = new Set();
    this.bytes = 0;
    this.writing = this.write(group).catch((error: unknown) => {
      this.failure ??= { error };
    });
  }

  private async settled(): Promise<void> {
    await this.writing;
    if (this.failure !== undefined) throw this.failure.error;
  }

  /** Qdrant may write some of a group that it refuses, so each of it is sent again by itself: then each outcome is true. */
  private async write(group: readonly WaitingDocument[]): Promise<void> {
    if (group.length === 0) return;
    try {
      const points = group.map(({ point }) => point);
      await this.writer.upsert(this.collection, points, { ordering: "strong", signal: this.signal });
      this.outcomes.written(group.length);
    } catch (error) {
      const [only] = group;
      if (!isRefusal(error) || only === undefined) throw error;
      if (group.length === 1) this.outcomes.refused(only, error);
      else for (const document of group) await this.write([document]);
    }
  }
}

/** A refusal of what was sent, which may be one document's fault; not one of the place or of Qdrant's state. */
const isRefusal = (error: unknown): error is InletError =>
  error instanceof InletError && [400, 409, 413, 422].includes(error.status);
