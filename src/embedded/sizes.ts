/** How large strict mode takes a collection to be. */
export interface Sizes {
  vectorBytes: number;
  payloadBytes: number;
  points: number;
}

const ASKED_BETWEEN_LOOKS = 32;

/** Looks at the sizes with every 32nd question only, counted from when the collection was opened, as Qdrant does. */
export class SizeEstimate {
  private asked = 0;

  /** `last`: what is known already; without it the first question looks. */
  constructor(private last?: Sizes) {}

  next(measure: () => Sizes): Sizes {
    this.asked++;
    if (this.last === undefined || this.asked % ASKED_BETWEEN_LOOKS === 0) this.last = measure();
    return this.last;
  }
}
