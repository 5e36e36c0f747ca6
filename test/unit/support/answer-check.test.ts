/** The check that the integration tests make of each answer must itself refuse what does not fit. */
import { AnswerCheck } from "../../support/answer-check";

const Failure = {
  type: "object",
  properties: {
    success: { const: false },
    status: { type: "integer" },
    error: { type: "object", properties: { type: { type: "string" }, code: { type: "string" } }, required: ["type"] },
  },
  required: ["success", "status", "error"],
};
const Thing = { type: "object", properties: { id: { type: "string" } }, required: ["id"] };
const json = (schema: unknown) => ({ "application/json": { schema } });
const check = new AnswerCheck({
  paths: {
    "/things/{id}": {
      get: {
        operationId: "readThing",
        responses: {
          200: {
            headers: { ETag: { required: true }, Link: {} },
            content: json({ $ref: "#/components/schemas/Thing" }),
          },
          404: { $ref: "#/components/responses/NotFound" },
        },
      },
    },
    "/things/list": {
      post: {
        operationId: "listThings",
        responses: { 200: { content: { "application/x-ndjson": { schema: Thing } } } },
      },
    },
  },
  components: {
    schemas: { Failure, Thing },
    responses: { NotFound: { content: json({ $ref: "#/components/schemas/Failure" }) } },
  },
});

const failure = (status: number, type: string, code?: string) => ({ success: false, status, error: { type, code } });
const answered = (method: string, path: string, status: number, body: unknown, headers: Record<string, string> = {}) =>
  check.check(method, path, {
    status,
    headers: new Headers({ "content-type": "application/json; charset=utf-8", etag: "1", ...headers }),
    text: typeof body === "string" ? body : JSON.stringify(body),
  });
const NDJSON = { "content-type": "application/x-ndjson" };

it.each([
  ["what is described", "GET", "/things/7?x=1", 200, { id: "7" }, {}],
  ["a described error", "GET", "/things/7", 404, failure(404, "not_found"), {}],
  ["a HEAD without a body", "HEAD", "/things/7", 200, "", {}],
  ["lines that fit", "POST", "/things/list", 200, '{"id":"1"}\n{"id":"2"}\n', NDJSON],
  ["another method", "PUT", "/things/7", 405, failure(405, "method_not_allowed"), {}],
  ["an unknown route", "GET", "/others", 404, failure(404, "not_found", "unknown_route"), {}],
])("lets %s pass", (_what, method, path, status, body, headers) => {
  expect(() => answered(method, path, status, body, headers)).not.toThrow();
});

it.each([
  ["a status that is not named", "GET", "/things/7", 409, failure(409, "conflict"), {}, "does not name that status"],
  ["a wrong type", "GET", "/things/7", 200, { id: 7 }, {}, "/id must be string"],
  ["a missing key", "GET", "/things/7", 200, {}, {}, "required property 'id'"],
  ["a key that is not named", "GET", "/things/7", 200, { id: "7", more: 1 }, {}, "additional properties"],
  ["another media type", "GET", "/things/7", 200, "7", { "content-type": "text/html" }, "media type text/html"],
  [
    "a line of another type",
    "POST",
    "/things/list",
    200,
    '{"id":"1"}\n{"id":2}\n',
    NDJSON,
    "in line 1: /id must be string",
  ],
  ["another error's body", "GET", "/things/7", 404, { detail: "no" }, {}, "required property"],
  [
    "an unknown route without the error's body",
    "GET",
    "/others",
    404,
    "gone",
    { "content-type": "text/plain" },
    "error",
  ],
])("refuses %s", (_what, method, path, status, body, headers, text) => {
  expect(() => answered(method, path, status, body, headers)).toThrow(text);
});

it("refuses an answer without a header that is always there", () => {
  const text = JSON.stringify({ id: "7" });
  const headers = new Headers({ "content-type": "application/json" });
  expect(() => check.check("GET", "/things/7", { status: 200, headers, text })).toThrow("no ETag header");
});
