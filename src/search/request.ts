/** Reads the queries of a search: vectors in all their forms, documents as examples. Takes any JSON, since the schema's
 *  faults and these go into one answer. Pure. */
import { isRecord } from "../documents/json-rules";
import { readVector, type SuppliedVector } from "../documents/vector-input";
import { type Fault } from "../errors";
import { MAX_GROUPS, MAX_REACH, DEFAULT_LIMIT } from "./schemas";

/** A document, or a vector as it was sent. */
export type Example = { path: string } & ({ documentId: string } | { vector: SuppliedVector });

export type Strategy = "average_vector" | "best_score" | "sum_scores";

export interface VectorQuery {
  /** `queries[0]` */
  path: string;
  /** undefined where the request leaves it out. */
  vectorName: string | undefined;
  asks: { like: Example } | { positive: Example[]; negative: Example[]; strategy: Strategy | undefined };
}

const WAYS = "vector, sparse, document_id, or positive and negative";
const given = (value: unknown): boolean => value !== undefined && value !== null;

/** Faulty queries are left out and have added their faults. */
export function readQueries(queries: unknown, faults: Fault[]): VectorQuery[] {
  if (!Array.isArray(queries)) return [];
  return queries.flatMap((query: unknown, index) => readQuery(query, `queries[${index}]`, faults) ?? []);
}

function readQuery(query: unknown, path: string, faults: Fault[]): VectorQuery | undefined {
  if (!isRecord(query)) return undefined;
  const { vector_name: name, vector, sparse, document_id: documentId, positive, negative, strategy } = query;
  const examples = given(positive) || given(negative);
  const ways = [given(vector), given(sparse), given(documentId), examples].filter(Boolean).length;
  if (ways !== 1) {
    const message = ways === 0 ? `needs one of ${WAYS}` : `has several of ${WAYS}, where one is meant`;
    faults.push({ path, message });
    return undefined;
  }
  if (given(strategy) && !examples)
    faults.push({ path: `${path}.strategy`, message: "goes with positive and negative" });
  const common = { path, vectorName: typeof name === "string" ? name : undefined };
  if (examples) {
    const asks = readExamples(query, path, faults);
    return asks && { ...common, asks };
  }
  if (given(documentId)) {
    if (typeof documentId !== "string") return undefined;
    return { ...common, asks: { like: { path: `${path}.document_id`, documentId } } };
  }
  const at = given(vector) ? `${path}.vector` : `${path}.sparse`;
  if (given(sparse) && !(isRecord(sparse) && ("indices" in sparse || "values" in sparse))) {
    faults.push({ path: at, message: 'must be {"indices", "values"}' });
    return undefined;
  }
  const read = readVector(given(vector) ? vector : sparse, at, faults);
  return read && { ...common, asks: { like: { path: at, vector: read } } };
}

function readExamples(query: Record<string, unknown>, path: string, faults: Fault[]): VectorQuery["asks"] | undefined {
  const before = faults.length;
  const positive = exampleList(query["positive"], `${path}.positive`, faults);
  const negative = exampleList(query["negative"], `${path}.negative`, faults);
  const strategy = strategyOf(query["strategy"]);
  if (positive.length + negative.length === 0 && faults.length === before) {
    faults.push({ path, message: "has no example, neither positive nor negative" });
  } else if (positive.length === 0 && (strategy ?? "average_vector") === "average_vector" && faults.length === before) {
    const message = "must have an example; negative ones alone go with the strategy best_score or sum_scores";
    faults.push({ path: `${path}.positive`, message });
  }
  return faults.length === before ? { positive, negative, strategy } : undefined;
}

const strategyOf = (value: unknown): Strategy | undefined =>
  value === "average_vector" || value === "best_score" || value === "sum_scores" ? value : undefined;

function exampleList(list: unknown, path: string, faults: Fault[]): Example[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((example: unknown, index): Example[] => {
    const at = `${path}[${index}]`;
    if (typeof example === "string") {
      if (example === "") faults.push({ path: at, message: "must be a document's id or a vector" });
      return [{ path: at, documentId: example }];
    }
    const vector = readVector(example, at, faults);
    return vector === undefined ? [] : [{ path: at, vector }];
  });
}

const wholeOr = (value: unknown, fallback: number): number => (typeof value === "number" ? value : fallback);

/** What the schema can't say of a search. */
export function inspectSearch(body: unknown): Fault[] {
  if (!isRecord(body)) return [];
  const faults: Fault[] = [];
  readQueries(body["queries"], faults);
  const grouped = given(body["group_by"]);
  const reach = wholeOr(body["offset"], 0) + wholeOr(body["limit"] ?? body["page_size"], DEFAULT_LIMIT);
  const most = grouped ? MAX_GROUPS : MAX_REACH;
  if (reach > most) {
    const what = grouped ? "groups" : "hits";
    faults.push({
      path: "offset",
      message: `and limit together reach ${reach}; a search reaches ${most} ${what} deep`,
    });
  }
  if (!grouped && given(body["group_size"])) faults.push({ path: "group_size", message: "goes with group_by" });
  return faults;
}
