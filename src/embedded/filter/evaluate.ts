/** Compiles filters to functions. What Qdrant answers depends on the indexes: an indexed field condition is answered by the index
 *  alone where that serves one of its clauses; the rest is read from payloads. Facts sheet, sections 5 and 6. */
import { type Condition, type FieldClauses, type Filter, type PathStep, type PayloadPath } from "../model/filter";
import { type JsonObject, isObject } from "../model/json";
import { type PointTable, type Slot } from "../model/table";
import { allEmpty, fieldCheck, missingFieldAnswer, someNull } from "./clauses";
import { arrayPath, pathOf, valuesAt } from "./path";
import { fieldOf, indexedField, primaryOf, soleCondition } from "./primary";

/** One point under test; its payload is read at most once, and only if a condition asks for it. */
class Probe {
  private loaded: JsonObject | undefined;

  constructor(private readonly table: PointTable) {}

  slot: Slot = 0;

  at(slot: Slot): this {
    this.slot = slot;
    this.loaded = undefined;
    return this;
  }

  get payload(): JsonObject {
    return (this.loaded ??= this.table.payloadAt(this.slot));
  }
}

/** A compiled condition; `cheap` where it reads no payload. */
interface Check<Subject> {
  test(subject: Subject): boolean;
  cheap: boolean;
}

export interface CompiledFilter {
  test(slot: Slot): boolean;
  /** False where indexes and ids answer the whole filter. */
  readsPayloads: boolean;
}

/** The filter as a function of slots (of live points; not to be kept beyond the request). Indexes are asked at the time of the
 *  call, so that changes in between count. */
export function matcher(filter: Filter, table: PointTable): (slot: Slot) => boolean {
  return compileFilter(filter, table).test;
}

export function compileFilter(filter: Filter, table: PointTable): CompiledFilter {
  const sole = soleCondition(filter);
  const check = combined(filter, (condition) => pointCheck(condition, table, sole), false);
  const probe = new Probe(table);
  const test = (slot: Slot): boolean => check.test(probe.at(slot));
  // An index that lists points for a condition inside `nested` has its own view of them (emptiness, say), which then counts too.
  const primary = hasNested(filter) ? primaryOf(filter, table) : undefined;
  return {
    test: primary ? (slot) => primary.test(slot) && test(slot) : test,
    readsPayloads: !check.cheap,
  };
}

const hasNested = ({ must = [], should = [], minShould }: Filter): boolean =>
  [...must, ...should, ...(minShould?.conditions ?? [])].some(
    (condition) => condition.kind === "nested" || (condition.kind === "filter" && hasNested(condition.filter)),
  );

function pointCheck(condition: Condition, table: PointTable, sole: Condition | undefined): Check<Probe> {
  const field = fieldOf(condition);
  const indexed = field && indexedField(field.path, field.clauses, table, condition === sole);
  if (indexed) return { test: ({ slot }) => indexed.test(slot), cheap: true };
  switch (condition.kind) {
    case "filter":
      return combined(condition.filter, (inner) => pointCheck(inner, table, sole), false);
    case "has_id": {
      const { ids } = condition;
      return {
        test: ({ slot }) => {
          const id = table.idAt(slot);
          return id !== undefined && ids.has(id);
        },
        cheap: true,
      };
    }
    case "has_vector": {
      const { name } = condition;
      return { test: ({ slot }) => table.hasVector(slot, name), cheap: true };
    }
    default: {
      const test = payloadTest(condition, table, []);
      return { test: ({ payload }) => test(payload), cheap: false };
    }
  }
}

type PayloadCondition = Exclude<Condition, { kind: "filter" | "has_id" | "has_vector" }>;

/** A condition over a payload, or over an element inside `nested`; `above`: the steps that lead to it from the payload's root. */
function payloadTest(
  condition: PayloadCondition,
  table: PointTable,
  above: readonly PathStep[],
): (payload: JsonObject) => boolean {
  const { path } = condition;
  switch (condition.kind) {
    case "is_empty":
      return (payload) => allEmpty(valuesAt(payload, path));
    case "is_null":
      return (payload) => someNull(valuesAt(payload, path));
    case "field": {
      const { clauses } = condition;
      const missing = missingFieldAnswer(clauses);
      const check = textCheckBelow(path, clauses, table, above) ?? fieldCheck(clauses);
      return (payload) => {
        const values = valuesAt(payload, path);
        return values.length === 0 ? missing : values.some(check);
      };
    }
    case "nested": {
      const elements = arrayPath(path);
      const inside = [...above, ...elements.steps];
      const { test } = combined(condition.filter, (inner) => elementCheck(inner, table, inside), true);
      return (payload) => valuesAt(payload, elements).some((element) => isObject(element) && test(element));
    }
  }
}

/** Ids and vectors belong to points, so inside `nested` they match nothing. */
function elementCheck(condition: Condition, table: PointTable, above: readonly PathStep[]): Check<JsonObject> {
  switch (condition.kind) {
    case "filter":
      return combined(condition.filter, (inner) => elementCheck(inner, table, above), true);
    case "has_id":
    case "has_vector":
      return { test: () => false, cheap: true };
    default:
      return { test: payloadTest(condition, table, above), cheap: false };
  }
}

/** Inside `nested`, of all indexes a text index alone has a say: its tokens instead of plain substrings. */
function textCheckBelow(
  path: PayloadPath,
  { match }: FieldClauses,
  table: PointTable,
  above: readonly PathStep[],
): ReturnType<typeof fieldCheck> | undefined {
  if (above.length === 0 || match === undefined) return undefined;
  const { text } = pathOf([...above, ...path.steps]);
  return table.indexes.get(text)?.type === "text" ? table.payloadIndex(text)?.textCheck(match) : undefined;
}

/** All parts of a filter. An empty `should` or `min_should` constrains nothing at a point, and matches nothing inside `nested`
 *  (`emptyMatchesNone`). Cheap conditions are asked first. */
function combined<Subject>(
  { must = [], should, mustNot = [], minShould }: Filter,
  compile: (condition: Condition) => Check<Subject>,
  emptyMatchesNone: boolean,
): Check<Subject> {
  const cheapFirst = (conditions: readonly Condition[]): Check<Subject>[] =>
    conditions.map(compile).sort((a, b) => Number(b.cheap) - Number(a.cheap));
  const counts = (conditions: readonly Condition[]): boolean => emptyMatchesNone || conditions.length > 0;

  const parts: Check<Subject>[] = cheapFirst(must);
  if (should && counts(should)) parts.push(atLeast(1, cheapFirst(should)));
  if (minShould && counts(minShould.conditions))
    parts.push(atLeast(minShould.minCount, cheapFirst(minShould.conditions)));
  for (const check of cheapFirst(mustNot)) parts.push({ test: (subject) => !check.test(subject), cheap: check.cheap });
  parts.sort((a, b) => Number(b.cheap) - Number(a.cheap));

  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  return {
    test: (subject) => parts.every((part) => part.test(subject)),
    cheap: parts.every((part) => part.cheap),
  };
}

function atLeast<Subject>(wanted: number, checks: readonly Check<Subject>[]): Check<Subject> {
  const cheap = checks.every((check) => check.cheap);
  if (wanted === 1) return { test: (subject) => checks.some((check) => check.test(subject)), cheap };
  return {
    test: (subject) => {
      let missing = wanted;
      for (const check of checks) if (missing <= 0 || (check.test(subject) && --missing <= 0)) break;
      return missing <= 0;
    },
    cheap,
  };
}
