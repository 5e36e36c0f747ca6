/** Gathers the faults of a request's filters, and bounds how deep and how large they may be. */
import { type Fault } from "../errors";
import { parseField, type Field } from "./field";

/** How many levels of AND, OR and NOT may stand in each other. */
export const MAX_DEPTH = 32;
/** How many conditions one request may have. */
export const MAX_CONDITIONS = 1_000;
const MAX_FIELD_LENGTH = 1_024;

export class FilterFaults {
  readonly found: Fault[] = [];
  private conditions = 0;
  private tooMany = false;

  add(path: string, message: string): undefined {
    this.found.push({ path, message });
    return undefined;
  }

  /** False where there are more conditions than may be; then the rest need not be read. */
  countCondition(path: string): boolean {
    this.conditions += 1;
    if (this.conditions <= MAX_CONDITIONS) return true;
    if (!this.tooMany) this.add(path, `is one condition more than the ${MAX_CONDITIONS} that one request may have`);
    this.tooMany = true;
    return false;
  }

  /** False past the depth. */
  checkDepth(depth: number, path: string): boolean {
    if (depth <= MAX_DEPTH) return true;
    this.add(path, `is nested deeper than ${MAX_DEPTH} levels`);
    return false;
  }

  field(value: unknown, path: string): Field | undefined {
    if (typeof value !== "string" || value === "") return this.add(path, "must be the name of a field");
    if (value.length > MAX_FIELD_LENGTH) return this.add(path, `must have at most ${MAX_FIELD_LENGTH} characters`);
    return (
      parseField(value) ??
      this.add(
        path,
        'is no path of a field: a.b, a[].b, a[0]; a key with other characters stands in quotes ("tb_9.6.1"), and one with a quote in it can\'t be named',
      )
    );
  }
}
