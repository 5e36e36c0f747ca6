/** An inverted index: which slots hold a term, and which terms a slot holds. Terms are kept once and known by an ordinal, so
 *  that a point costs four bytes where it has one term, and a term that one point has needs no list of its own. */
import { type Slot } from "../../model/table";
import { PostingList } from "./posting-list";
import { withSlotInt32 } from "./slot-arrays";

/** In `single`: the slot holds no term, or several (kept in `several`). */
const NONE = -1;
const SEVERAL = -2;

export class TermIndex<Term> {
  private readonly ordinals = new Map<Term, number>();
  private readonly terms: (Term | undefined)[] = [];
  /** By ordinal: the only slot that holds the term, or all of them. */
  private readonly postings: (Slot | PostingList)[] = [];
  private readonly freeOrdinals: number[] = [];
  private single = new Int32Array(0);
  private readonly several = new Map<Slot, Uint32Array>();
  private slotsWithTerms = 0;

  /** How many slots hold at least one term. */
  get slotCount(): number {
    return this.slotsWithTerms;
  }

  put(slot: Slot, terms: readonly Term[]): void {
    this.remove(slot);
    const first = terms[0];
    if (first === undefined) return;
    this.single = withSlotInt32(this.single, slot, NONE);
    this.slotsWithTerms++;
    if (terms.length === 1) {
      this.single[slot] = this.add(first, slot);
      return;
    }
    const distinct = [...new Set(terms)];
    this.single[slot] = SEVERAL;
    this.several.set(slot, Uint32Array.from(distinct, (term) => this.add(term, slot)).sort());
  }

  remove(slot: Slot): void {
    const held = this.ordinalsAt(slot);
    if (held.length === 0) return;
    this.single[slot] = NONE;
    this.several.delete(slot);
    this.slotsWithTerms--;
    for (const ordinal of held) this.drop(ordinal);
  }

  ordinalOf(term: Term): number | undefined {
    return this.ordinals.get(term);
  }

  /** Ascending. */
  ordinalsAt(slot: Slot): ArrayLike<number> & Iterable<number> {
    const single = this.single[slot] ?? NONE;
    if (single >= 0) return [single];
    return single === NONE ? [] : (this.several.get(slot) ?? []);
  }

  holds(slot: Slot, ordinal: number): boolean {
    const single = this.single[slot] ?? NONE;
    if (single !== SEVERAL) return single === ordinal;
    return this.several.get(slot)?.includes(ordinal) ?? false;
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
    for (let slot = 0; slot < this.single.length; slot++)
      if (this.single[slot] !== NONE && test(slot)) found[length++] = slot;
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
  }
}
