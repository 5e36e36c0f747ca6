/** The connections to Qdrant. The client's own agent keeps idle sockets for 10 s, while Qdrant closes them after 5: the next
 *  call then fails. It also cuts `Retry-After: 30` to 3; the header is renamed here so that the client passes it through. */
import { Agent, type Dispatcher } from "undici";

import { RETRY_AFTER_HEADER } from "./errors";

export interface AgentLimits {
  connections: number;
  /** How long an unused socket stays open; less than Qdrant's own 5 s. */
  idleMs: number;
  connectTimeoutMs: number;
}

/** An agent whose deadlines are the callers' own. Close it when done. */
export function qdrantAgent(limits: AgentLimits): { dispatcher: Dispatcher; close: () => Promise<void> } {
  const agent = new Agent({
    connections: limits.connections,
    keepAliveTimeout: limits.idleMs,
    keepAliveMaxTimeout: limits.idleMs,
    connect: { timeout: limits.connectTimeoutMs },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return { dispatcher: agent.compose(renamingRetryAfter), close: () => agent.destroy() };
}

function renamingRetryAfter(dispatch: Dispatcher["dispatch"]): Dispatcher["dispatch"] {
  return (options, handler) => dispatch(options, new RenamingHandler(handler));
}

/** Hands everything on as it is, but for the one header's name. */
class RenamingHandler implements Dispatcher.DispatchHandlers {
  constructor(private readonly inner: Dispatcher.DispatchHandlers) {}

  onConnect(abort: (error?: Error) => void): void {
    this.inner.onConnect?.(abort);
  }
  onError(error: Error): void {
    this.inner.onError?.(error);
  }
  onUpgrade(...given: Parameters<NonNullable<Dispatcher.DispatchHandlers["onUpgrade"]>>): void {
    this.inner.onUpgrade?.(...given);
  }
  onResponseStarted(): void {
    this.inner.onResponseStarted?.();
  }
  onHeaders(status: number, headers: Buffer[], resume: () => void, statusText: string): boolean {
    const renamed = headers.map((entry, at) =>
      at % 2 === 0 && entry.toString("latin1").toLowerCase() === "retry-after"
        ? Buffer.from(RETRY_AFTER_HEADER)
        : entry,
    );
    return this.inner.onHeaders?.(status, renamed, resume, statusText) ?? true;
  }
  onData(chunk: Buffer): boolean {
    return this.inner.onData?.(chunk) ?? true;
  }
  onComplete(trailers: string[] | null): void {
    this.inner.onComplete?.(trailers);
  }
  onBodySent(chunkSize: number, totalBytesSent: number): void {
    this.inner.onBodySent?.(chunkSize, totalBytesSent);
  }
}
