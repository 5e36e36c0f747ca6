/** Ajv keywords for what JSON Schema says only slowly or not at all. The number arrays stand in for `items`: Ajv spends a
 *  check per element and keyword on that, and a document has thousands of numbers (measured in bench/validation.ts).
 *  openapi/json-schema.ts writes all of them out as plain JSON Schema. */
import { _, type Ajv, type CodeKeywordDefinition, type ErrorObject, type FuncKeywordDefinition } from "ajv";
import names from "ajv/dist/compile/names";
import { Type as PropertyKind } from "ajv/dist/compile/util";

/** How many faults one answer lists, and about how many one check gathers before it stops. */
export const MAX_FAULTS = 100;

const isFloat32 = (value: unknown): boolean => typeof value === "number" && Number.isFinite(Math.fround(value));
const isUint32 = (value: unknown): boolean =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 4_294_967_295;

/** A text for a number that is none, or that does not fit. */
function wrongFloat(value: unknown): string {
  if (typeof value !== "number") return "must be a number";
  return Number.isFinite(value) ? "does not fit a float32" : "must be a finite number (as float32)";
}

type ArrayFault = { at: string; message: string };
type ArrayCheck = (array: readonly unknown[]) => ArrayFault[];

/** Faults of the elements that are not finite as float32; JSON's 1e39 is a double and no float32. */
const float32Items: ArrayCheck = (array) => {
  // The good case is one bare loop: this runs over every number that is ever ingested.
  let index = 0;
  while (index < array.length && isFloat32(array[index])) index += 1;
  const faults: ArrayFault[] = [];
  for (; index < array.length && faults.length < MAX_FAULTS; index += 1) {
    const value = array[index];
    if (!isFloat32(value)) faults.push({ at: `/${index}`, message: wrongFloat(value) });
  }
  return faults;
};

/** The rows of a multivector: arrays of float32, none empty, all of one length. */
const float32Rows: ArrayCheck = (array) => {
  const faults: ArrayFault[] = [];
  const [first] = array;
  const size = Array.isArray(first) ? first.length : 0;
  for (const [index, row] of array.entries()) {
    if (faults.length >= MAX_FAULTS) break;
    if (!Array.isArray(row)) faults.push({ at: `/${index}`, message: "must be an array of numbers" });
    else if (row.length === 0) faults.push({ at: `/${index}`, message: "is an empty vector" });
    else {
      if (Array.isArray(first) && row.length !== size) {
        faults.push({ at: `/${index}`, message: `has ${row.length} numbers where the first row has ${size}` });
      }
      for (const fault of float32Items(row)) faults.push({ at: `/${index}${fault.at}`, message: fault.message });
    }
  }
  return faults;
};

/** The indices of a sparse vector: whole numbers from 0 to 2^32 - 1, each at most once. */
const uniqueUint32Items: ArrayCheck = (array) => {
  const faults: ArrayFault[] = [];
  const seen = new Set<unknown>();
  for (const [index, value] of array.entries()) {
    if (faults.length >= MAX_FAULTS) break;
    if (!isUint32(value)) {
      faults.push({ at: `/${index}`, message: "must be a whole number from 0 to 4294967295" });
    } else if (seen.has(value)) {
      faults.push({ at: `/${index}`, message: `is the index ${String(value)} a second time` });
    }
    seen.add(value);
  }
  return faults;
};

function arrayKeyword(keyword: string, check: ArrayCheck): FuncKeywordDefinition {
  return {
    keyword,
    type: "array",
    schemaType: "boolean",
    errors: true,
    compile() {
      const validate: {
        (value: unknown[], at?: { instancePath: string }): boolean;
        errors?: Partial<ErrorObject>[];
      } = (value, at) => {
        const faults = check(value);
        if (faults.length === 0) return true;
        const root = at?.instancePath ?? "";
        validate.errors = faults.map((fault) => ({
          instancePath: root + fault.at,
          keyword,
          params: {},
          message: fault.message,
        }));
        return false;
      };
      return validate;
    },
  };
}

/** Ajv's own `items`, but it stops once there are enough faults: with `allErrors` a body of 32 MiB could otherwise make
 *  millions of error objects. */
const boundedItems: CodeKeywordDefinition = {
  keyword: "items",
  type: "array",
  schemaType: ["object", "boolean"],
  before: "uniqueItems",
  code(cxt) {
    const { gen, data } = cxt;
    const valid = gen.name("valid");
    const allValid = gen.let("valid", true);
    const length = gen.const("len", _`${data}.length`);
    gen.forRange("i", 0, length, (index) => {
      cxt.subschema({ keyword: "items", dataProp: index, dataPropType: PropertyKind.Num }, valid);
      gen.if(_`!${valid}`, () => {
        gen.assign(allValid, false);
        gen.if(_`${names.errors} >= ${MAX_FAULTS}`, () => gen.break());
      });
    });
    cxt.ok(allValid);
  },
};

/** What a schema may carry beside JSON Schema: `wanted` says in words what a value must be ("a name of …");
 *  `unknownKeyHint` is added to the fault of a key that the object does not have. */
export const ANNOTATIONS = ["wanted", "unknownKeyHint"] as const;

/** Adds all of the above to an Ajv instance. */
export function addKeywords(ajv: Ajv): Ajv {
  ajv.removeKeyword("items");
  ajv.addKeyword(boundedItems);
  ajv.addKeyword(arrayKeyword("float32Items", float32Items));
  ajv.addKeyword(arrayKeyword("float32Rows", float32Rows));
  ajv.addKeyword(arrayKeyword("uniqueUint32Items", uniqueUint32Items));
  for (const annotation of ANNOTATIONS) ajv.addKeyword({ keyword: annotation });
  return ajv;
}
