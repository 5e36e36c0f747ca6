/** Strict mode's rates: how many reads and writes a collection takes per minute.
 *
 *  A token bucket: it holds one minute's worth at most and refills evenly; a write of n points costs n tokens. */
import { rateLimited } from "./errors";

export class TokenBucket {
  private limit: number | undefined;
  private tokens = 0;
  private filledAtMs = 0;

  /** `spent` is what is gone already where the first limit is that of a new collection; `now` is a monotonic clock. */
  constructor(
    private readonly kind: "Read" | "Write",
    private spent: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Starts anew, full. */
  refill(): void {
    this.limit = undefined;
    this.spent = 0;
  }

  /** Takes `cost` tokens where there are `perMinute` to take a minute; another `perMinute` than before starts full.
   *  @throws QdrantError 429 with the seconds after which enough will be there */
  take(perMinute: number, cost: number): void {
    const now = this.now();
    if (this.limit === undefined) this.tokens = perMinute - this.spent;
    else if (this.limit !== perMinute) this.tokens = perMinute;
    else this.tokens = Math.min(perMinute, this.tokens + ((now - this.filledAtMs) / 60_000) * perMinute);
    this.limit = perMinute;
    this.filledAtMs = now;
    if (cost > perMinute) {
      throw rateLimited(
        `${this.kind} rate limit exceeded, request larger than rate limiter capacity, please try to split your request`,
        60,
      );
    }
    if (this.tokens < cost) {
      const seconds = Math.ceil(((cost - this.tokens) / perMinute) * 60);
      throw rateLimited(
        `${this.kind} rate limit exceeded: Operation requires ${cost} tokens but only ` +
          `${this.tokens.toFixed(1)} were available. Retry after ${seconds}s`,
        seconds,
      );
    }
    this.tokens -= cost;
  }
}

/** One collection's buckets. Making a collection is a write of its own in Qdrant, so a write limit that it is made with has
 *  one token less at first. */
export class Rates {
  readonly read: TokenBucket;
  readonly write: TokenBucket;

  constructor(isNew: boolean, now?: () => number) {
    this.read = new TokenBucket("Read", 0, now);
    this.write = new TokenBucket("Write", isNew ? 1 : 0, now);
  }

  /** Each change of strict mode gives full buckets, as in Qdrant. */
  refill(): void {
    this.read.refill();
    this.write.refill();
  }
}
