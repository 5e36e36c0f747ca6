/** Compares an answer with the recorded one, leaving out what differs between two runs of the same server. */
import { type Answer, type Step } from "./conversation";
import { type Json, isRecord, parsed, sortKey, without } from "./json";

export interface Difference {
  /** A wrong status and a wrong body break clients; other wording of an error does not. */
  kind: "status" | "body" | "wording";
  text: string;
}

/** Timing, counters and hints of the running server. */
const VARYING = [
  "time",
  "usage",
  "result.operation_id",
  "result.*.operation_id",
  "result.update_queue",
  "result.warnings",
];
/** Relative to the larger of the two numbers and 1: two kernels add up in another order. */
const TOLERANCE = 2e-5;

/** Where the answer differs first from the recorded one, or undefined. */
export function compare(step: Step, answer: Answer): Difference | undefined {
  const { expect, compare: how = "exact" } = step;
  if (how === "none") return undefined;
  if (answer.status !== expect.status) {
    return { kind: "status", text: `status ${answer.status} instead of ${expect.status}: ${shortened(answer.text)}` };
  }
  if (how === "status") return undefined;
  if (how === "text") {
    const [recorded, got] = [withoutTime(expect.text ?? ""), withoutTime(answer.text)];
    return recorded === got ? undefined : { kind: "body", text: `${shortened(got)} instead of ${shortened(recorded)}` };
  }
  const ignored = [...VARYING, ...(step.ignore ?? [])].map((path) => path.split("."));
  const comparable = (body: Json): Json => {
    const kept = withFreeOrder(withErrorClass(without(body, ignored)));
    return how === "set" ? withSortedResult(kept) : kept;
  };
  const found = firstDifference(comparable(expect.body ?? null), comparable(parsed(answer.text)), "");
  if (found === undefined) return undefined;
  return { kind: found.startsWith(".status.error") ? "wording" : "body", text: found };
}

const withoutTime = (text: string): string => text.replace(/,?"time":[-\d.eE]+/, "");

const shortened = (value: Json | undefined): string => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
};

/** A parser's complaint is the parser's own: only its class counts. Several faults in one message come in any order. */
function withErrorClass(body: Json): Json {
  if (!isRecord(body) || !isRecord(body.status) || typeof body.status.error !== "string") return body;
  return { ...body, status: { ...body.status, error: errorClass(body.status.error) } };
}

function errorClass(text: string): string {
  const parser = /^(Format error|Deserialize error)[^:]*/.exec(text);
  if (parser) return parser[0];
  const faults = /^(Validation error in [^:]*): \[(.*)\]$/.exec(text);
  return faults ? `${faults[1]}: [${(faults[2] ?? "").split("; ").sort().join("; ")}]` : text;
}

const near = (a: number, b: number): boolean => Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));

/** Hits of one score come in any order: within each run of them, by id. */
function withFreeOrder(value: Json): Json {
  if (isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withFreeOrder(child)]));
  }
  if (!Array.isArray(value)) return value;
  const runs: { score: number | undefined; items: Json[] }[] = [];
  for (const item of value.map(withFreeOrder)) {
    const score = isRecord(item) && typeof item.score === "number" ? item.score : undefined;
    const last = runs.at(-1);
    if (last?.score !== undefined && score !== undefined && near(last.score, score)) {
      last.items.push(item);
      last.score = score;
    } else runs.push({ score, items: [item] });
  }
  return runs.flatMap(({ items }) => items.sort(byId));
}

const idOf = (hit: Json): string => (isRecord(hit) ? JSON.stringify(hit.id ?? null) : "");
const byId = (a: Json, b: Json): number => (idOf(a) < idOf(b) ? -1 : idOf(a) > idOf(b) ? 1 : 0);

/** The result list, wherever this operation keeps it, in an order of its own. */
function withSortedResult(body: Json): Json {
  if (!isRecord(body)) return body;
  const sorted = (list: Json[]): Json[] => [...list].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  const { result } = body;
  if (Array.isArray(result)) return { ...body, result: sorted(result) };
  if (!isRecord(result)) return body;
  const key = ["points", "hits", "groups"].find((each) => Array.isArray(result[each]));
  const list = key === undefined ? undefined : result[key];
  return key !== undefined && Array.isArray(list) ? { ...body, result: { ...result, [key]: sorted(list) } } : body;
}

/** Depth first, as `.path.to.value: got … instead of …`. */
function firstDifference(recorded: Json, got: Json, path: string): string | undefined {
  if (typeof recorded === "number" && typeof got === "number") {
    const bothWhole = Number.isInteger(recorded) && Number.isInteger(got);
    if (bothWhole ? recorded === got : near(recorded, got)) return undefined;
  } else if (Array.isArray(recorded) && Array.isArray(got)) {
    if (recorded.length !== got.length) {
      return `${path}: ${got.length} items instead of ${recorded.length}: ${shortened(got)} instead of ${shortened(recorded)}`;
    }
    return firstOf(recorded, (each, i) => firstDifference(each, got[i] ?? null, `${path}.${i}`));
  } else if (isRecord(recorded) && isRecord(got)) {
    return firstOf([...new Set([...Object.keys(recorded), ...Object.keys(got)])], (key) => {
      const [a, b] = [recorded[key], got[key]];
      if (b === undefined) return `${path}.${key}: missing, recorded ${shortened(a)}`;
      if (a === undefined) return `${path}.${key}: not recorded, got ${shortened(b)}`;
      return firstDifference(a, b, `${path}.${key}`);
    });
  } else if (recorded === got) return undefined;
  return `${path}: ${shortened(got)} instead of ${shortened(recorded)}`;
}

function firstOf<T>(items: T[], look: (item: T, index: number) => string | undefined): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = look(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
