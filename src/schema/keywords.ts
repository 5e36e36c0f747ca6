/** What Inlet adds to Ajv: words for people, and a bound on the faults of one check. The numbers of vectors are no matter of
 *  schemas: documents/vector-input.ts reads them, since Ajv spends a check per element (measured in bench/validation.ts). */
import { _, type Ajv, type CodeKeywordDefinition } from "ajv";
import names from "ajv/dist/compile/names";
import { Type as PropertyKind } from "ajv/dist/compile/util";

/** How many faults one answer lists, and about how many one check gathers before it stops. */
export const MAX_FAULTS = 100;

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

/** What a schema may carry beside JSON Schema: `wanted` says in words what a value must be ("a name of …"); `refusal` is the
 *  whole text of its fault, whatever is wrong with the value;
 *  `unknownKeyHint` is added to the fault of a key that the object does not have; `everyId` is the pattern of all ids that
 *  the parameter of a path can find, where other texts are taken too, and answered with 404. */
export const ANNOTATIONS = ["wanted", "refusal", "unknownKeyHint", "everyId"] as const;

/** Adds all of the above to an Ajv instance. */
export function addKeywords(ajv: Ajv): Ajv {
  ajv.removeKeyword("items");
  ajv.addKeyword(boundedItems);
  for (const annotation of ANNOTATIONS) ajv.addKeyword({ keyword: annotation });
  return ajv;
}
