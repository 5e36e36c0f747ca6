/** Puts filters into Qdrant's words, so that they mean the same whatever is indexed and on any Qdrant: only conditions that
 *  do not change with an index are sent; the rest is left out of Qdrant's filter, which then lets through more than matches,
 *  and judged by residual.ts. Pure.
 *
 *  What Qdrant 1.18 does with an index otherwise than without is listed in section 8 of the contract: an equality of numbers
 *  goes as a range, never as a match; a text that looks like a uuid matches any spelling of it under a uuid index; shapes at
 *  the edge of the map are missed; a text match is whatever the index's tokenizer makes of it. One condition has one clause. */
import { type QdrantFilter } from "../qdrant/gateway";
import { qdrantPath } from "./field";
import { type Filter, type Scalar, type Test } from "./filter";
import { geoClause, isPlain } from "./geo";
import { narrowedByWords, type TextIndex } from "./text-index";
import { type Residual, residualOf } from "./residual";

/** A request's filters, as far as Qdrant can judge them and for the rest. */
export interface Translated {
  /** Lets through at least what matches; undefined: all. */
  qdrant: QdrantFilter | undefined;
  /** Judges what Qdrant can't; undefined: nothing is left. */
  residual: Residual | undefined;
  /** True where nothing can match. */
  empty: boolean;
}

/** What of a collection's payload indexes bears on the meaning of conditions. Paths as qdrantPath writes them. */
export interface Indexes {
  /** Path -> type of the index. */
  types: ReadonlyMap<string, string>;
  /** Paths with an integer index under which other numbers may lie. */
  doubted: ReadonlySet<string>;
  /** Paths with a text index. */
  texts: ReadonlyMap<string, TextIndex>;
}

export const NO_INDEXES: Indexes = { types: new Map(), doubted: new Set(), texts: new Map() };

const UUID = /^(?:urn:uuid:|\{)?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i;
const looksLikeUuid = (value: Scalar): boolean => typeof value === "string" && UUID.test(value);

/** Types of index under which Qdrant does not see all that the test looks at. */
export function blindUnder(test: Test): readonly string[] {
  switch (test.kind) {
    case "numbers":
      return ["integer", "datetime"];
    case "dates":
      return ["integer", "float"];
    case "equals":
      // A text that looks like a uuid is looked up there as if it were a number.
      if (test.values.some(looksLikeUuid)) return ["integer", "float", "datetime"];
      return test.values.some((value) => typeof value === "number") ? ["integer", "datetime"] : [];
    default:
      return [];
  }
}

/** The documents under whose integer index there may be a number that it does not see: a value, and no whole number; or
 *  several values. */
export const doubtful = (key: string): QdrantFilter => ({
  should: [
    { must_not: [{ is_empty: { key } }, { key, range: { gte: -(2 ** 63), lte: 2 ** 63 } }] },
    { key, values_count: { gt: 1 } },
  ],
});

/** A Qdrant condition, or that everything or nothing passes. */
type Possible = QdrantFilter | "all" | "none";

interface Parts {
  /** What Qdrant is asked for: never less than what matches. */
  possible: Possible;
  /** What of it is left to be judged. */
  rest: Filter | undefined;
}

const exact = (possible: Possible): Parts => ({ possible, rest: undefined });

/** Puts a filter into the words of a Qdrant with these indexes. */
export function translateParsed(filter: Filter, indexes: Indexes): Translated {
  const { possible, rest } = partsOf(filter, indexes);
  return {
    qdrant: typeof possible === "string" ? undefined : possible,
    residual: rest && possible !== "none" ? residualOf(rest) : undefined,
    empty: possible === "none",
  };
}

function partsOf(filter: Filter, indexes: Indexes): Parts {
  switch (filter.kind) {
    case "native":
      return exact(filter.filter);
    case "condition":
      return conditionParts(filter, indexes);
    case "and": {
      const parts = filter.of.map((part) => partsOf(part, indexes));
      const left = parts.flatMap(({ rest }) => rest ?? []);
      return {
        possible: allOf(parts.map(({ possible }) => possible)),
        rest: left.length === 0 ? undefined : { kind: "and", of: left },
      };
    }
    case "or": {
      const parts = filter.of.map((part) => partsOf(part, indexes));
      return {
        possible: anyOf(parts.map(({ possible }) => possible)),
        rest: parts.some(({ rest }) => rest !== undefined) ? filter : undefined,
      };
    }
    case "not": {
      const { possible, rest } = partsOf(filter.of, indexes);
      // What lets through too much would, negated, hold back too much.
      if (rest !== undefined) return { possible: "all", rest: filter };
      if (typeof possible === "string") return exact(possible === "all" ? "none" : "all");
      return exact({ must_not: [possible] });
    }
  }
}

function allOf(parts: readonly Possible[]): Possible {
  if (parts.includes("none")) return "none";
  const conditions = parts.filter((part) => typeof part !== "string");
  const [only] = conditions;
  if (only === undefined) return "all";
  return conditions.length === 1 ? only : { must: conditions };
}

function anyOf(parts: readonly Possible[]): Possible {
  if (parts.includes("all")) return "all";
  const conditions = parts.filter((part) => typeof part !== "string");
  const [only] = conditions;
  if (only === undefined) return "none";
  return conditions.length === 1 ? only : { should: conditions };
}

type Condition = Extract<Filter, { kind: "condition" }>;

function conditionParts(condition: Condition, indexes: Indexes): Parts {
  const key = qdrantPath(condition.field.steps);
  const type = indexes.types.get(key);
  const { test } = condition;
  const words = indexes.texts.get(key);
  if (test.kind === "words" && test.words.length > 0 && words !== undefined) {
    return { possible: narrowedByWords(key, test, words) ?? "all", rest: condition };
  }
  const parts = partsWithoutIndex(condition, key);
  if (type === undefined || !blindUnder(test).includes(type)) return parts;
  const isOfOtherType = test.kind === "dates" || (test.kind === "equals" && test.values.some(looksLikeUuid));
  if (type !== "integer" || isOfOtherType) return { possible: "all", rest: condition };
  if (!indexes.doubted.has(key)) return parts;
  return { possible: anyOf([parts.possible, doubtful(key)]), rest: condition };
}

function partsWithoutIndex(condition: Condition, key: string): Parts {
  const { test } = condition;
  switch (test.kind) {
    case "equals": {
      const rest = test.values.some(looksLikeUuid) ? condition : undefined;
      return { possible: equalsAny(key, test.values), rest };
    }
    case "numbers":
      return exact({ key, range: test.bounds });
    case "dates":
      return exact({ key, range: test.sent });
    case "present":
      return exact({ must_not: [{ is_empty: { key } }] });
    case "place":
      return isPlain(test.shape) ? exact({ key, ...geoClause(test.shape) }) : { possible: "all", rest: condition };
    case "part":
    case "pattern":
    case "words":
      return isHopeless(test) ? exact("none") : { possible: "all", rest: condition };
  }
}

/** No word of a text matches a query that has none. */
const isHopeless = (test: Test): boolean => test.kind === "words" && test.words.length === 0;

function equalsAny(key: string, values: readonly Scalar[]): Possible {
  const texts = values.filter((value) => typeof value === "string");
  const conditions: QdrantFilter[] = [];
  if (texts.length === 1) conditions.push({ key, match: { value: texts[0] } });
  if (texts.length > 1) conditions.push({ key, match: { any: texts } });
  for (const value of values) {
    if (typeof value === "boolean") conditions.push({ key, match: { value } });
    else if (typeof value === "number") conditions.push({ key, range: { gte: value, lte: value } });
    // The field's own form: the bare one sees a null within a list only under an index.
    else if (value === null) conditions.push({ key, is_null: true });
  }
  return anyOf(conditions);
}
