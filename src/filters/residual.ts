/** Judges a payload by a filter: what Qdrant can't do, or does otherwise with an index than without. Pure. */
import { type Payload } from "../documents/point";
import { instantOf } from "./dates";
import { type Bounds, type Filter, type Test } from "./filter";
import { type Field, reached, selectorsOf } from "./field";
import { contains, geoPointOf } from "./geo";
import { hasValue } from "./values";

/** The part of a request's filters that is left to Inlet. */
export interface Residual {
  matches(payload: Payload): boolean;
  /** Qdrant's selectors of all that it reads. */
  fields: string[];
  /** The characters that patterns have been run over so far; they cost far more than any other test. */
  patternCharacters(): number;
}

const WORD = /[\p{Alphabetic}\p{N}]+/gu;

/** The words of a text: runs of letters and numbers, in lower case where `fold`. */
export const wordsOf = (text: string, fold: boolean): string[] => {
  // Cut before it is folded: in lower case some letters become two characters.
  const words = text.match(WORD) ?? [];
  return fold ? words.map((word) => word.toLowerCase()) : words;
};

export function residualOf(filter: Filter): Residual {
  let characters = 0;
  const onPattern = (text: string): void => void (characters += text.length);
  return {
    matches: (payload) => judge(filter, payload, onPattern),
    fields: [...new Set(fieldsOf(filter).flatMap(selectorsOf))],
    patternCharacters: () => characters,
  };
}

function fieldsOf(filter: Filter): Field[] {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.of.flatMap(fieldsOf);
    case "not":
      return fieldsOf(filter.of);
    case "condition":
      return [filter.field];
    case "native":
      return [];
  }
}

function judge(filter: Filter, payload: Payload, onPattern: (text: string) => void): boolean {
  switch (filter.kind) {
    case "and":
      return filter.of.every((part) => judge(part, payload, onPattern));
    case "or":
      return filter.of.some((part) => judge(part, payload, onPattern));
    case "not":
      return !judge(filter.of, payload, onPattern);
    case "condition":
      return passes(filter.test, reached(payload, filter.field.steps), onPattern);
    case "native":
      throw new Error("A native filter is Qdrant's to judge.");
  }
}

function passes(test: Test, values: readonly unknown[], onPattern: (text: string) => void): boolean {
  if (test.kind === "present") return values.some(hasValue);
  const each = values.flatMap((value: unknown): unknown[] => (Array.isArray(value) ? value : [value]));
  const texts = (): string[] => each.filter((value) => typeof value === "string");
  switch (test.kind) {
    case "equals":
      return each.some((value) => test.values.some((wanted) => value === wanted));
    case "numbers":
      return each.some((value) => typeof value === "number" && isWithin(value, test.bounds));
    case "dates":
      return texts().some((text) => {
        const instant = instantOf(text);
        return instant !== undefined && isWithin(instant, test.bounds);
      });
    case "part":
      return texts().some((text) => hasPart(test.fold ? text.toLowerCase() : text, test));
    case "pattern":
      return texts().some((text) => {
        onPattern(text);
        return test.pattern.matcher(text).find();
      });
    case "words":
      return hasWords(texts(), test);
    case "place":
      return each.some((value) => {
        const point = geoPointOf(value);
        return point !== undefined && contains(test.shape, point);
      });
  }
}

const isWithin = <T extends number | bigint>(value: T, { gt, gte, lt, lte }: Bounds<T>): boolean =>
  (gt === undefined || value > gt) &&
  (gte === undefined || value >= gte) &&
  (lt === undefined || value < lt) &&
  (lte === undefined || value <= lte);

function hasPart(text: string, { where, needle }: Extract<Test, { kind: "part" }>): boolean {
  switch (where) {
    case "anywhere":
      return text.includes(needle);
    case "start":
      return text.startsWith(needle);
    case "end":
      return text.endsWith(needle);
  }
}

function hasWords(texts: readonly string[], { how, words, fold }: Extract<Test, { kind: "words" }>): boolean {
  if (words.length === 0) return false;
  if (how === "row") {
    return texts.some((text) => {
      const there = wordsOf(text, fold);
      return there.some((_, start) => words.every((word, index) => there[start + index] === word));
    });
  }
  const there = new Set(texts.flatMap((text) => wordsOf(text, fold)));
  return how === "all" ? words.every((word) => there.has(word)) : words.some((word) => there.has(word));
}
