/** Who opens closes: what was opened so far, closed in reverse order. */
export class Closers {
  private readonly opened: (() => Promise<void> | void)[] = [];

  add(close: () => Promise<void> | void): void {
    this.opened.push(close);
  }

  /** Closes all, also when one fails; each at most once. @throws the first failure, when all are closed */
  async closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.opened.pop(); close !== undefined; close = this.opened.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
