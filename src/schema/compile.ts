/** A TypeBox schema as a check that lists all faults of a value. Compile once, when a route is made. */
import { type TSchema } from "@sinclair/typebox";
import { Ajv } from "ajv";

import { type Fault } from "../errors";
import { faultsOf } from "./faults";
import { isDateTime } from "./formats";
import { addKeywords } from "./keywords";

/** All faults of a value, at most MAX_FAULTS; empty where it fits the schema. Never throws. */
export type Check = (value: unknown) => Fault[];

/** @throws Error when the schema itself is faulty. */
export function compile(schema: TSchema): Check {
  // An instance each: recursive TypeBox schemas carry ids, which must not meet those of another schema.
  const ajv = addKeywords(
    new Ajv({
      allErrors: true,
      verbose: true,
      strict: true,
      strictTypes: false,
      strictRequired: false,
      validateSchema: false,
    }),
  );
  ajv.addFormat("date-time", isDateTime);
  const validate = ajv.compile(schema);
  return (value) => {
    try {
      return validate(value) ? [] : faultsOf(validate.errors ?? [], value);
    } catch (error) {
      // A recursive schema follows the value down; the stack ends before a body's 32 MiB of brackets do.
      if (error instanceof RangeError) return [{ path: "", message: "is nested too deeply" }];
      throw error;
    }
  };
}
