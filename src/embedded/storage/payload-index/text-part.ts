/** Full text: the tokens of each slot, over all its strings, and where phrases are asked for also their order. */
import { type TextIndexOptions } from "../../model/collection";
import { type FieldClauses, type MatchClause } from "../../model/filter";
import { type JsonValue } from "../../model/json";
import { type IndexedCondition, type Slot } from "../../model/table";
import { type Tokenizer, createTokenizer } from "../../filter/text";
import { NamedOrdinals } from "./named-ordinals";
import { type IndexPart, NOTHING, singleValues } from "./part";
import { union } from "./slot-arrays";
import { TermIndex } from "./term-index";

/** Between the tokens of two strings, so that no phrase reaches from one into the other. No token has this ordinal. */
const BREAK = 0xffffffff;

export class TextPart implements IndexPart {
  private readonly tokens = new TermIndex<string>();
  /** The ordinals of all tokens in order; kept for phrases alone. */
  private readonly sequences = new Map<Slot, Uint32Array>();
  /** Slots with a string that gave no token; they count as indexed. */
  private readonly withoutTokens = new Set<Slot>();
  private readonly tokenizer: Tokenizer;

  constructor(private readonly options: TextIndexOptions) {
    this.tokenizer = createTokenizer(options);
  }

  get slotCount(): number {
    return this.tokens.slotCount + this.withoutTokens.size;
  }

  put(slot: Slot, values: readonly JsonValue[]): void {
    const texts = [...singleValues(values)].filter((value) => typeof value === "string");
    if (texts.length === 0) return;
    const perText = texts.map((text) => this.tokenizer.document(text));
    const all = perText.flat();
    this.tokens.put(slot, all);
    if (all.length === 0) this.withoutTokens.add(slot);
    else if (this.options.phraseMatching) {
      const sequence = perText.flatMap((tokens, at) => [
        ...(at === 0 ? [] : [BREAK]),
        ...tokens.map((token) => this.tokens.ordinalOf(token) ?? BREAK),
      ]);
      this.sequences.set(slot, Uint32Array.from(sequence));
    }
  }

  remove(slot: Slot): void {
    this.tokens.remove(slot);
    this.sequences.delete(slot);
    this.withoutTokens.delete(slot);
  }

  serve({ match }: FieldClauses): IndexedCondition | undefined {
    switch (match?.kind) {
      case "text":
        return this.all(this.tokenizer.query(match.text));
      case "text_any":
        return this.any(this.tokenizer.query(match.text));
      case "phrase":
        return this.options.phraseMatching ? this.phrase(this.tokenizer.document(match.text)) : NOTHING;
      default:
        return undefined;
    }
  }

  /** Inside `nested`, each string is read by itself, and phrases need no stored order. */
  textCheck = (match: MatchClause): ((value: JsonValue) => boolean) | undefined => {
    if (match.kind !== "text" && match.kind !== "text_any" && match.kind !== "phrase") return undefined;
    const wanted = match.kind === "phrase" ? this.tokenizer.document(match.text) : this.tokenizer.query(match.text);
    if (wanted.length === 0) return () => false;
    const fits = (text: string): boolean => {
      const tokens = this.tokenizer.document(text);
      if (match.kind === "phrase") return containsRun(tokens, wanted);
      const held = new Set(tokens);
      return match.kind === "text" ? wanted.every((token) => held.has(token)) : wanted.some((token) => held.has(token));
    };
    return (value) => [...singleValues([value])].some((each) => typeof each === "string" && fits(each));
  };

  private all(wanted: readonly string[]): IndexedCondition {
    const distinct = [...new Set(wanted)];
    if (distinct.length === 0) return NOTHING;
    const { tokens } = this;
    const named = new NamedOrdinals(tokens, distinct);
    const test = (slot: Slot): boolean =>
      named.count === distinct.length && named.all().every((ordinal) => tokens.holds(slot, ordinal));
    return {
      test,
      estimate: () => this.rarest(distinct).count,
      slots: () => {
        const { ordinal, count } = this.rarest(distinct);
        return count === 0 ? new Uint32Array(0) : tokens.slotsOf(ordinal).filter(test);
      },
    };
  }

  private any(wanted: readonly string[]): IndexedCondition {
    const { tokens } = this;
    const named = new NamedOrdinals(tokens, wanted);
    return {
      test: (slot) => tokens.some(slot, named.has),
      estimate: () => named.all().reduce((total, ordinal) => total + tokens.countOf(ordinal), 0),
      slots: () => union(named.all().map((ordinal) => tokens.slotsOf(ordinal))),
    };
  }

  private phrase(wanted: readonly string[]): IndexedCondition {
    const tokens = this.all(wanted);
    const inOrder = (slot: Slot): boolean => {
      const sequence = this.sequences.get(slot);
      if (sequence === undefined) return false;
      const ordinals = wanted.map((token) => this.tokens.ordinalOf(token));
      return ordinals.every((ordinal) => ordinal !== undefined) && containsRun(sequence, ordinals);
    };
    return {
      test: (slot) => tokens.test(slot) && inOrder(slot),
      estimate: () => tokens.estimate(0),
      slots: () => (tokens.slots?.() ?? new Uint32Array(0)).filter(inOrder),
    };
  }

  private rarest(tokens: readonly string[]): { ordinal: number; count: number } {
    let rarest = { ordinal: 0, count: Number.MAX_SAFE_INTEGER };
    for (const token of tokens) {
      const ordinal = this.tokens.ordinalOf(token);
      if (ordinal === undefined) return { ordinal: 0, count: 0 };
      const count = this.tokens.countOf(ordinal);
      if (count < rarest.count) rarest = { ordinal, count };
    }
    return rarest;
  }
}

/** True where `run` (not empty) stands somewhere in the sequence without a gap. */
function containsRun<T>(sequence: ArrayLike<T>, run: readonly T[]): boolean {
  for (let start = 0; start + run.length <= sequence.length; start++) {
    let same = 0;
    while (same < run.length && sequence[start + same] === run[same]) same++;
    if (same === run.length) return true;
  }
  return false;
}
