/** Which payload index a filter needs where strict mode forbids filtering without one. */
import { badRequest } from "../errors";
import { arrayPath, pathOf } from "../filter/path";
import { type PayloadIndexSchema } from "../model/collection";
import { type Condition, type FieldClauses, type Filter, type MatchClause, type PayloadPath } from "../model/filter";
import { uuidPointId } from "../model/point-id";

/** What an index can serve. An integer index made without one of its halves lacks what that half serves. */
export type Capability =
  "bool" | "datetime" | "float" | "geo" | "integer match" | "integer range" | "keyword" | "text" | "phrase" | "uuid";

const ANY: readonly Capability[] = [
  "bool",
  "datetime",
  "float",
  "geo",
  "integer match",
  "integer range",
  "keyword",
  "text",
  "phrase",
  "uuid",
];

const shown = (capability: Capability): string => {
  if (capability === "integer match" || capability === "integer range") return "integer";
  return capability === "phrase" ? "text (with phrase_matching: true)" : capability;
};

function capabilitiesOf(schema: PayloadIndexSchema): Capability[] {
  switch (schema.type) {
    case "integer": {
      const halves: Capability[] = [];
      if (schema.lookup) halves.push("integer match");
      if (schema.range) halves.push("integer range");
      return halves;
    }
    case "text":
      return schema.text?.phraseMatching ? ["text", "phrase"] : ["text"];
    default:
      return [schema.type];
  }
}

const forText = (values: readonly string[]): Capability[] =>
  values.every((value) => uuidPointId(value) !== undefined) ? ["keyword", "uuid"] : ["keyword"];

function forMatch(match: MatchClause): Capability[] {
  switch (match.kind) {
    case "value":
      if (typeof match.value === "boolean") return ["bool"];
      return typeof match.value === "string" ? forText([match.value]) : ["integer match"];
    case "any":
    case "except": {
      if (match.values.length === 0) return [];
      const texts = match.values.filter((value) => typeof value === "string");
      return texts.length > 0 ? forText(texts) : ["integer match"];
    }
    case "phrase":
      return ["phrase"];
    case "text":
    case "text_any":
      return ["text"];
  }
}

function forClauses(clauses: FieldClauses): Capability[] {
  const needed: Capability[] = [];
  if (clauses.match) needed.push(...forMatch(clauses.match));
  if (clauses.range) needed.push("float", "integer range");
  if (clauses.datetimeRange) needed.push("datetime");
  if (clauses.geoBoundingBox || clauses.geoRadius || clauses.geoPolygon) needed.push("geo");
  if (clauses.valuesCount || clauses.isEmpty !== undefined || clauses.isNull !== undefined) needed.push(...ANY);
  return needed;
}

/** One requirement: an index on `path` that can do one of `capabilities` (none: no index is needed). */
interface Requirement {
  path: PayloadPath;
  capabilities: Capability[];
}

/** The conditions of a filter without its parts' names, itself alone, not those of filters in it. */
export const conditionsOf = (filter: Filter): Condition[] => [
  ...(filter.must ?? []),
  ...(filter.mustNot ?? []),
  ...(filter.should ?? []),
  ...(filter.minShould?.conditions ?? []),
];

function* requirements(filter: Filter, within: PayloadPath | undefined): Generator<Requirement> {
  const full = (path: PayloadPath): PayloadPath => (within ? pathOf([...within.steps, ...path.steps]) : path);
  for (const condition of conditionsOf(filter)) {
    switch (condition.kind) {
      case "field":
        yield { path: full(condition.path), capabilities: forClauses(condition.clauses) };
        break;
      case "is_empty":
      case "is_null":
        yield { path: full(condition.path), capabilities: [...ANY] };
        break;
      case "nested":
        yield* requirements(condition.filter, arrayPath(full(condition.path)));
        break;
      case "filter":
        yield* requirements(condition.filter, within);
        break;
      case "has_id":
      case "has_vector":
        break;
    }
  }
}

type Alternative = "use a different filter" | "use a different formula expression";

/** @throws QdrantError 400 that names the first field without an index that can serve its condition */
export function requireIndexes(
  indexes: ReadonlyMap<string, PayloadIndexSchema>,
  filter: Filter,
  alternative: Alternative,
): void {
  for (const { path, capabilities } of requirements(filter, undefined)) {
    requireIndex(indexes, path, capabilities, alternative);
  }
}

/** @throws QdrantError 400 where no index on `path` can do one of `capabilities` */
export function requireIndex(
  indexes: ReadonlyMap<string, PayloadIndexSchema>,
  path: PayloadPath,
  capabilities: readonly Capability[],
  alternative: Alternative,
): void {
  if (capabilities.length === 0) return;
  const schema = indexes.get(path.text);
  if (schema && capabilitiesOf(schema).some((each) => capabilities.includes(each))) return;
  const types = [...new Set(capabilities.map(shown))].sort().join(", ");
  throw badRequest(
    `Index required but not found for "${path.text}" of one of the following types: [${types}]. ` +
      `Help: Create an index for this key or ${alternative}.`,
  );
}
