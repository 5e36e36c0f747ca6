/** Schemas of an OpenAPI document as checks, its components within reach; each is compiled once. */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020";

import { isDateTime } from "../../src/schema/formats";
import { type Json } from "./open-api";

const DOCUMENT = "openapi";

export class SchemaChecks {
  private readonly ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
  private readonly checks = new Map<Json, ValidateFunction>();

  /** `components` are those of the document. */
  constructor(components: unknown) {
    this.ajv.addFormat("date-time", isDateTime);
    this.ajv.addKeyword("components");
    this.ajv.addSchema({ components }, DOCUMENT, false, false);
  }

  /** The same object gives the same check. @throws Error for what is no JSON Schema 2020-12 */
  of(schema: Json): ValidateFunction {
    const known = this.checks.get(schema);
    if (known !== undefined) return known;
    const absolute: Json = JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', `"$ref":"${DOCUMENT}#/`));
    const check = this.ajv.compile(absolute);
    this.checks.set(schema, check);
    return check;
  }
}
