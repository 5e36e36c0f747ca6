/** Reads a condition's operator and value. Pure. */
import { RE2JS, RE2JSException } from "re2js";

import { hasLoneSurrogate, isRecord } from "../documents/json-rules";
import { indexPath } from "../schema/paths";
import { instantOf } from "./dates";
import { type FilterFaults } from "./faults";
import { type Scalar, type Test } from "./filter";
import { readShape } from "./geo-value";
import { wordsOf } from "./residual";
import { type Operator } from "./schemas";

/** `negated`: the opposite of the test is meant (`exists` false). */
export interface ReadTest {
  test: Test;
  negated: boolean;
}

const MAX_VALUES = 10_000;
/** Each number is a range of its own. */
const MAX_NUMBERS = 1_000;
const MAX_TEXT = 65_536;
const MAX_PATTERN = 1_000;

const plain = (test: Test | undefined): ReadTest | undefined => test && { test, negated: false };

export function readTest(
  operator: Operator,
  value: unknown,
  at: string,
  caseSensitive: boolean,
  faults: FilterFaults,
): ReadTest | undefined {
  if (isRecord(value) && value["type"] === "dynamic") {
    return faults.add(at, "is a dynamic value, which only a retriever can fill in; send the value itself");
  }
  const fold = !caseSensitive;
  switch (operator) {
    case "eq":
    case "ne": {
      const one = scalar(value, at, faults);
      return one === undefined ? undefined : plain({ kind: "equals", values: [one] });
    }
    case "in":
    case "nin":
      return plain(listOf(value, at, faults));
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return plain(bound(operator, value, at, faults));
    case "contains":
      // Of a list of numbers or booleans, one that it contains.
      if (typeof value === "number" || typeof value === "boolean") {
        const one = scalar(value, at, faults);
        return one === undefined ? undefined : plain({ kind: "equals", values: [one] });
      }
      return plain(part("anywhere", value, at, fold, faults));
    case "starts_with":
      return plain(part("start", value, at, fold, faults));
    case "ends_with":
      return plain(part("end", value, at, fold, faults));
    case "regex":
      return plain(pattern(value, at, fold, faults));
    case "exists":
    case "is_null": {
      if (value !== undefined && value !== null && typeof value !== "boolean") {
        return faults.add(at, "must be true or false");
      }
      const test: Test = operator === "exists" ? { kind: "present" } : { kind: "equals", values: [null] };
      return { test, negated: value === false };
    }
    case "text":
      return plain(words("all", value, at, fold, faults));
    case "words":
      return plain(words("any", value, at, fold, faults));
    case "phrase":
      return plain(words("row", value, at, fold, faults));
    case "geo_radius":
    case "geo_bounding_box":
    case "geo_polygon": {
      const shape = readShape(operator, value, at, faults);
      return shape && plain({ kind: "place", shape });
    }
  }
}

function scalar(value: unknown, at: string, faults: FilterFaults): Scalar | undefined {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return text(value, at, faults);
  if (typeof value === "number") return number(value, at, faults);
  if (value === undefined) return faults.add(at, "is required");
  return faults.add(at, "must be a text, a number, true, false or null");
}

function number(value: number, at: string, faults: FilterFaults): number | undefined {
  if (!Number.isFinite(value)) return faults.add(at, "must be a finite number");
  // A larger whole number may be one that JSON.parse has rounded.
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return faults.add(at, "is a whole number beyond ±9007199254740991, which can't be compared exactly");
  }
  return value;
}

function text(value: unknown, at: string, faults: FilterFaults): string | undefined {
  if (typeof value !== "string") return faults.add(at, "must be a text");
  if (value.length > MAX_TEXT) return faults.add(at, `must have at most ${MAX_TEXT} characters`);
  if (hasLoneSurrogate(value)) return faults.add(at, "has a lone surrogate, which is not Unicode text");
  return value;
}

function listOf(value: unknown, at: string, faults: FilterFaults): Test | undefined {
  if (!Array.isArray(value)) return faults.add(at, "must be a list of values");
  if (value.length > MAX_VALUES) return faults.add(at, `must have at most ${MAX_VALUES} values`);
  if (value.filter((item) => typeof item === "number").length > MAX_NUMBERS) {
    return faults.add(at, `must have at most ${MAX_NUMBERS} numbers`);
  }
  const values = value.flatMap((item: unknown, index) => scalar(item, indexPath(at, index), faults) ?? nullOf(item));
  return { kind: "equals", values };
}

/** `??` would drop a null that is meant. */
const nullOf = (item: unknown): null[] => (item === null ? [null] : []);

function bound(
  operator: "gt" | "gte" | "lt" | "lte",
  value: unknown,
  at: string,
  faults: FilterFaults,
): Test | undefined {
  if (typeof value === "number") {
    const limit = number(value, at, faults);
    return limit === undefined ? undefined : { kind: "numbers", bounds: { [operator]: limit } };
  }
  const instant = typeof value === "string" ? instantOf(value) : undefined;
  if (typeof value !== "string" || instant === undefined) {
    return faults.add(at, "must be a number, or a date such as 2024-02-29 or 2024-02-29T12:30:00Z");
  }
  return { kind: "dates", bounds: { [operator]: instant }, sent: { [operator]: value } };
}

function part(
  where: "anywhere" | "start" | "end",
  value: unknown,
  at: string,
  fold: boolean,
  faults: FilterFaults,
): Test | undefined {
  const needle = text(value, at, faults);
  if (needle === undefined) return undefined;
  if (needle === "") return faults.add(at, "must not be empty");
  return { kind: "part", where, needle: fold ? needle.toLowerCase() : needle, fold };
}

function words(
  how: "all" | "any" | "row",
  value: unknown,
  at: string,
  fold: boolean,
  faults: FilterFaults,
): Test | undefined {
  const given = text(value, at, faults);
  return given === undefined ? undefined : { kind: "words", how, words: wordsOf(given, fold), fold };
}

function pattern(value: unknown, at: string, fold: boolean, faults: FilterFaults): Test | undefined {
  const given = text(value, at, faults);
  if (given === undefined) return undefined;
  if (given.length > MAX_PATTERN) return faults.add(at, `must have at most ${MAX_PATTERN} characters`);
  try {
    return { kind: "pattern", pattern: RE2JS.compile(given, fold ? RE2JS.CASE_INSENSITIVE : 0) };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return faults.add(at, `is no regular expression that RE2 takes: ${error.message}`);
  }
}
