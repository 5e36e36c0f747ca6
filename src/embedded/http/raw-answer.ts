import { type Readable } from "node:stream";

/** An answer without the envelope: the root, health texts, metrics, a snapshot's bytes. */
export class RawAnswer {
  constructor(
    readonly contentType: string,
    readonly body: string | Readable,
    readonly headers: Record<string, string> = {},
    readonly status = 200,
  ) {}
}
