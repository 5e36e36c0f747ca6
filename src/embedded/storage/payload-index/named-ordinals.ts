/** The ordinals that some terms have at the moment: looked up once, and again only after terms have come or gone. */
import { type TermIndex } from "./term-index";

export class NamedOrdinals<Term> {
  private version = -1;
  private found = new Set<number>();

  constructor(
    private readonly index: TermIndex<Term>,
    private readonly terms: readonly Term[],
  ) {}

  /** How many of the terms are there. */
  get count(): number {
    return this.current().size;
  }

  all(): number[] {
    return [...this.current()];
  }

  has = (ordinal: number): boolean => this.current().has(ordinal);

  private current(): Set<number> {
    if (this.version !== this.index.vocabularyVersion) {
      this.version = this.index.vocabularyVersion;
      const ordinals = this.terms.map((term) => this.index.ordinalOf(term));
      this.found = new Set(ordinals.filter((ordinal) => ordinal !== undefined));
    }
    return this.found;
  }
}
