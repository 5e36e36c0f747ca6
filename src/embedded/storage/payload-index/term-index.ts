/** An inverted index: which slots hold a term, and which terms a slot holds. Terms are kept once and known by an ordinal, so
 *  that a point costs four bytes where it has one term, and a term that one point has needs no list of its own. */
import { type Slot } from "../../model/table";
import { ListArena } from "./list-arena";
import { PostingList } from "./posting-list";
import { withSlotInt32 } from "./slot-arrays";

/** In `held`: no term. An ordinal stands for itself, and several for the place of their list: -2 - place. */
const NONE = -1;
const codeOf = (place: number): number => -2 - place;
const placeOf = (code: number): number => -2 - code;

export class TermIndex<Term> {
  private readonly ordinals = new Map<Term, number>();
  private readonly terms: (Term | undefined)[] = [];
  /** By ordinal: the only slot that holds the term, or all of them. */
  private readonly postings: (Slot | PostingList)[] = [];
  private readonly freeOrdinals: number[] = [];
  private held = new Int32Array(0);
  private readonly lists = new ListArena();
  private changesOfTerms = 0;
  private slotsWithTerms = 0;

  /** How many slots hold at least one term. */
  get slotCount(): number {
    return this.slotsWithTerms;
  }

  /** Grows whenever a term gets an ordinal or loses it, so that ordinals may be kept as long as it stays. */
  get vocabularyVersion(): number {
    return this.changesOfTerms;
  }

  put(slot: Slot, terms: readonly Term[]): void {
    this.remove(slot);
    const first = terms[0];
    if (first === undefined) return;
    this.held = withSlotInt32(this.held, slot, NONE);
    this.slotsWithTerms++;
    if (terms.length === 1) {
      this.held[slot] = this.add(first, slot);
      return;
    }
    const ordinals = Uint32Array.from(new Set(terms), (term) => this.add(term, slot)).sort();
    if (this.lists.isWasteful) this.compact();
    this.held[slot] = codeOf(this.lists.store(ordinals));
  }

  remove(slot: Slot): void {
    const code = this.held[slot] ?? NONE;
    if (code === NONE) return;
    const ordinals = this.ordinalsAt(slot).slice();
    this.held[slot] = NONE;
    this.slotsWithTerms--;
    if (code < NONE) this.lists.release(placeOf(code));
    for (const ordinal of ordinals) this.drop(ordinal);
  }

  ordinalOf(term: Term): number | undefined {
    return this.ordinals.get(term);
  }

  /** Ascending; valid until the next change. */
  ordinalsAt(slot: Slot): Uint32Array | number[] {
    const code = this.held[slot] ?? NONE;
    if (code >= 0) return [code];
    return code === NONE ? [] : this.lists.at(placeOf(code));
  }

  holds(slot: Slot, ordinal: number): boolean {
    const code = this.held[slot] ?? NONE;
    return code >= NONE ? code === ordinal : this.lists.at(placeOf(code)).includes(ordinal);
  }

  /** True where one of the slot's terms passes the test. */
  some(slot: Slot, passes: (ordinal: number) => boolean): boolean {
    const code = this.held[slot] ?? NONE;
    if (code >= NONE) return code !== NONE && passes(code);
    return this.lists.at(placeOf(code)).some(passes);
  }

  termsAt(slot: Slot): Term[] {
    const found: Term[] = [];
    for (const ordinal of this.ordinalsAt(slot)) {
      const term = this.terms[ordinal];
      if (term !== undefined) found.push(term);
    }
    return found;
  }

  /** How many slots hold the term. */
  countOf(ordinal: number): number {
    const posting = this.postings[ordinal];
    return posting === undefined ? 0 : typeof posting === "number" ? 1 : posting.count;
  }

  /** The slots that hold the term, ascending; a view, valid until the next change. */
  slotsOf(ordinal: number): Uint32Array {
    const posting = this.postings[ordinal];
    if (posting === undefined) return new Uint32Array(0);
    if (typeof posting === "number") return Uint32Array.of(posting);
    return posting.read((slot) => this.holds(slot, ordinal));
  }

  /** The slots with any term for which the test holds, ascending. */
  slotsWhere(test: (slot: Slot) => boolean): Uint32Array {
    const found = new Uint32Array(this.slotsWithTerms);
    let length = 0;
    for (let slot = 0; slot < this.held.length; slot++)
      if (this.held[slot] !== NONE && test(slot)) found[length++] = slot;
    return found.subarray(0, length);
  }

  /** All terms that some slot holds, with their ordinals. */
  entries(): Iterable<[Term, number]> {
    return this.ordinals;
  }

  private add(term: Term, slot: Slot): number {
    const known = this.ordinals.get(term);
    if (known === undefined) {
      const ordinal = this.freeOrdinals.pop() ?? this.terms.length;
      this.changesOfTerms++;
      this.ordinals.set(term, ordinal);
      this.terms[ordinal] = term;
      this.postings[ordinal] = slot;
      return ordinal;
    }
    const posting = this.postings[known];
    if (typeof posting === "number") {
      const list = new PostingList();
      list.add(posting);
      list.add(slot);
      this.postings[known] = list;
    } else posting?.add(slot);
    return known;
  }

  private drop(ordinal: number): void {
    const posting = this.postings[ordinal];
    if (typeof posting === "object") {
      posting.remove();
      if (posting.count > 0) return;
    }
    const term = this.terms[ordinal];
    if (term !== undefined) this.ordinals.delete(term);
    this.terms[ordinal] = undefined;
    this.freeOrdinals.push(ordinal);
    this.changesOfTerms++;
  }

  private compact(): void {
    this.lists.compact((move) => {
      for (let slot = 0; slot < this.held.length; slot++) {
        const code = this.held[slot] ?? NONE;
        if (code < NONE) this.held[slot] = codeOf(move(placeOf(code)));
      }
    });
  }
}
