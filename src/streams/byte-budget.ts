/** Bounds the bytes that wait: who brings more waits until others have gone. */
export class ByteBudget {
  private held = 0;
  private readonly waiting: { bytes: number; go: () => void }[] = [];

  constructor(private readonly maxBytes: number) {}

  /** Returns when the bytes are within the budget, in the order of the calls; more than the whole budget has to be alone.
   *  @throws what the signal was aborted with */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.waiting.length === 0 && this.fits(bytes)) {
      this.held += bytes;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        reject(signal.reason);
      };
      const entry = {
        bytes,
        go: () => {
          signal.removeEventListener("abort", abort);
          resolve();
        },
      };
      signal.addEventListener("abort", abort, { once: true });
      this.waiting.push(entry);
    });
  }

  release(bytes: number): void {
    this.held -= bytes;
    for (let [next] = this.waiting; next !== undefined && this.fits(next.bytes); [next] = this.waiting) {
      this.waiting.shift();
      this.held += next.bytes;
      next.go();
    }
  }

  private fits(bytes: number): boolean {
    return this.held === 0 || this.held + bytes <= this.maxBytes;
  }
}
