/** Fields as requests name them, read from payloads the way Qdrant reads its paths: `a.b` into objects, `a[].b` and `a[0]`
 *  into lists, `"odd key"` in quotes; no step enters a list unasked. `metadata.x` is `x`. A document that has the whole name
 *  as a key of its root (`tb_9.6.1`) gives that key's value. Pure. */
import { isRecord } from "../documents/json-rules";
import { type Payload } from "../documents/point";

export type Step = { kind: "key"; key: string } | { kind: "index"; index: number } | { kind: "all" };

export interface Field {
  /** Without `metadata.`. */
  name: string;
  steps: readonly Step[];
}

/** One piece of a path, at the place where the one before ended. */
const PIECE = /\[(\d{0,9})\]|(?:^|\.)(?:"([^"]+)"|([^."[\]]+))/y;

/** undefined for a text that is no path. */
export function parseField(text: string): Field | undefined {
  const name = text.startsWith("metadata.") ? text.slice("metadata.".length) : text;
  const steps: Step[] = [];
  PIECE.lastIndex = 0;
  for (let at = 0; at < name.length; at = PIECE.lastIndex) {
    PIECE.lastIndex = at;
    const piece = PIECE.exec(name);
    if (piece === null) return undefined;
    const [, position, quoted, bare] = piece;
    const key = quoted ?? bare;
    if (key !== undefined) steps.push({ kind: "key", key });
    else if (steps.length === 0) return undefined;
    else
      steps.push(
        position === undefined || position === "" ? { kind: "all" } : { kind: "index", index: Number(position) },
      );
  }
  return steps.length === 0 ? undefined : { name, steps };
}

/** What `steps` lead to from `value`; undefined where they lead nowhere. A path through all elements of a list gives a list
 *  of what each leads to. */
export function follow(value: unknown, steps: readonly Step[]): unknown {
  let at = value;
  for (const [position, step] of steps.entries()) {
    switch (step.kind) {
      case "key":
        if (!isRecord(at) || !Object.hasOwn(at, step.key)) return undefined;
        at = at[step.key];
        break;
      case "index":
        if (!Array.isArray(at)) return undefined;
        at = at[step.index];
        break;
      case "all": {
        if (!Array.isArray(at)) return undefined;
        const rest = steps.slice(position + 1);
        const nested = rest.some(({ kind }) => kind === "all");
        const found = at.map((element: unknown) => follow(element, rest)).filter((each) => each !== undefined);
        return nested ? found.flat() : found;
      }
    }
  }
  return at;
}

export function valueOf(payload: Payload, field: Field): unknown {
  if (field.steps.length > 1 && Object.hasOwn(payload, field.name)) return payload[field.name];
  return follow(payload, field.steps);
}

const BARE_KEY = /^[\p{L}\p{N}_-]+$/u;
const keyText = (key: string): string => (BARE_KEY.test(key) ? key : `"${key}"`);

/** The steps as Qdrant's own path. */
export const qdrantPath = (steps: readonly Step[]): string =>
  steps
    .map((step, position) => {
      if (step.kind === "key") return position === 0 ? keyText(step.key) : `.${keyText(step.key)}`;
      return step.kind === "all" ? "[]" : `[${step.index}]`;
    })
    .join("");

/** All values that the path leads to, as Qdrant's conditions see them: one, or with `[]` one of each element. */
export function reached(value: unknown, steps: readonly Step[]): unknown[] {
  let at: unknown[] = [value];
  for (const step of steps) {
    at = at.flatMap((each) => {
      if (step.kind === "key") return isRecord(each) && Object.hasOwn(each, step.key) ? [each[step.key]] : [];
      if (!Array.isArray(each)) return [];
      return step.kind === "all" ? each : each.slice(step.index, step.index + 1);
    });
  }
  return at;
}

/** Qdrant's payload selectors that bring all of the field: its keys up to the first list, and the whole name as one key. */
export function selectorsOf(field: Field): string[] {
  const firstList = field.steps.findIndex(({ kind }) => kind !== "key");
  const keys = field.steps.slice(0, firstList < 0 ? field.steps.length : firstList);
  const path = keys.flatMap((step) => (step.kind === "key" ? [keyText(step.key)] : [])).join(".");
  const asOneKey = field.steps.length > 1 && !field.name.includes('"') ? [`"${field.name}"`] : [];
  return [path, ...asOneKey];
}

/** The steps of `field` below `list`, whose elements are taken one by one: of `items.price` below `items`, `price`.
 *  undefined where the field is not in the list. */
export function below(field: Field, list: Field): readonly Step[] | undefined {
  const prefix = list.steps;
  if (field.steps.length < prefix.length) return undefined;
  const same = prefix.every((step, index) => JSON.stringify(step) === JSON.stringify(field.steps[index]));
  if (!same) return undefined;
  const rest = field.steps.slice(prefix.length);
  return rest[0]?.kind === "all" ? rest.slice(1) : rest;
}

/** The list that an `unwind` names, as `items` or as `items[]`. */
export function listField(field: Field): Field {
  const last = field.steps.at(-1);
  return last?.kind === "all" ? { name: field.name.slice(0, -"[]".length), steps: field.steps.slice(0, -1) } : field;
}
