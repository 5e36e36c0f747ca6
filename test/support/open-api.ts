/** /openapi.json as tests read it: its operations with every reference followed down to the schemas. */

export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  schema: Json;
}

export interface Content {
  schema: Json;
}

export interface DescribedAnswer {
  /** By media type. */
  content: Readonly<Record<string, Content>>;
  headers: Readonly<Record<string, { required: boolean }>>;
}

export interface DescribedOperation {
  id: string;
  /** Upper case. */
  method: string;
  /** `/v1/collections/{collection}` */
  path: string;
  parameters: readonly Parameter[];
  body: { required: boolean; content: Readonly<Record<string, Content>> } | undefined;
  /** By status. */
  answers: Readonly<Record<string, DescribedAnswer>>;
}

/** The part of `document` that `value` refers to, or `value` itself. @throws Error where there is none */
export function followed(document: Json, value: unknown): Json {
  if (!isObject(value)) throw new Error(`Not an object in the OpenAPI document: ${JSON.stringify(value)}`);
  if (typeof value.$ref !== "string") return value;
  const part = value.$ref
    .replace(/^#\//, "")
    .split("/")
    .reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), document);
  return followed(document, part);
}

const entries = (value: unknown): [string, unknown][] => (isObject(value) ? Object.entries(value) : []);

const contentOf = (content: unknown): Record<string, Content> =>
  Object.fromEntries(
    entries(content).map(([type, described]) => {
      const schema = isObject(described) ? described.schema : undefined;
      if (!isObject(schema)) throw new Error(`${type} has no schema.`);
      return [type, { schema }];
    }),
  );

function parameterOf(document: Json, value: unknown): Parameter {
  const { name, in: location, required, schema } = followed(document, value);
  const known = location === "path" || location === "query" || location === "header";
  if (typeof name !== "string" || !known || !isObject(schema))
    throw new Error(`No parameter: ${JSON.stringify(value)}`);
  return { name, in: location, required: required === true, schema };
}

function answersOf(document: Json, responses: unknown): Record<string, DescribedAnswer> {
  const answers = entries(responses).map(([status, value]) => {
    const { content, headers } = followed(document, value);
    const described = entries(headers).map(([name, header]) => [
      name,
      { required: followed(document, header).required === true },
    ]);
    return [status, { content: contentOf(content), headers: Object.fromEntries(described) }];
  });
  return Object.fromEntries(answers);
}

/** Every operation of the document. */
export function describedOperations(document: Json): DescribedOperation[] {
  return entries(document.paths).flatMap(([path, item]) =>
    entries(item).map(([method, value]) => {
      const { operationId, parameters, requestBody, responses } = followed(document, value);
      const body = requestBody === undefined ? undefined : followed(document, requestBody);
      return {
        id: String(operationId),
        method: method.toUpperCase(),
        path,
        parameters: (Array.isArray(parameters) ? parameters : []).map((each) => parameterOf(document, each)),
        body: body === undefined ? undefined : { required: body.required === true, content: contentOf(body.content) },
        answers: answersOf(document, responses),
      };
    }),
  );
}
