/** What every operation refuses alike, at any Qdrant address: its status, the form of its answer, and in which order it looks. */
import { uniqueName } from "../../support/backend";
import { type ContractTarget, request } from "../target";
import { strictSuite } from "./strict";

/** `read`: `timeout` from 1 and `consistency`; `write`: `wait` and `ordering`; `manage`: `timeout` from 1, refused by the validator. */
type Kind = "read" | "write" | "manage";
/** The body is one that would do. Where `body` is undefined the call has none. */
type Operation = [kind: Kind, method: string, path: string, body?: unknown];

const SEARCH = { vector: [1, 2], limit: 1 };
const GROUPS = { group_by: "a", group_size: 1 };

const OPERATIONS: Operation[] = [
  ["manage", "PATCH", "", {}],
  ["write", "PUT", "/index", { field_name: "a", field_schema: "keyword" }],
  ["write", "DELETE", "/index/a"],
  ["write", "PUT", "/vectors/v", { dense: { size: 2, distance: "Dot" } }],
  ["write", "DELETE", "/vectors/v"],
  ["write", "PUT", "/points", { points: [{ id: 1, vector: [1, 2] }] }],
  ["write", "POST", "/points/delete", { points: [1] }],
  ["write", "POST", "/points/payload", { payload: {}, points: [1] }],
  ["write", "PUT", "/points/payload", { payload: {}, points: [1] }],
  ["write", "POST", "/points/payload/delete", { keys: ["a"], points: [1] }],
  ["write", "POST", "/points/payload/clear", { points: [1] }],
  ["write", "PUT", "/points/vectors", { points: [{ id: 1, vector: [1, 2] }] }],
  ["write", "POST", "/points/vectors/delete", { points: [1], vector: [""] }],
  ["write", "POST", "/points/batch", { operations: [{ clear_payload: { points: [1] } }] }],
  ["read", "POST", "/points", { ids: [1] }],
  ["read", "GET", "/points/1"],
  ["read", "POST", "/points/scroll", {}],
  ["read", "POST", "/points/count", {}],
  ["read", "POST", "/points/query", {}],
  ["read", "POST", "/points/query/batch", { searches: [{}] }],
  ["read", "POST", "/points/query/groups", { group_by: "a" }],
  ["read", "POST", "/points/search", SEARCH],
  ["read", "POST", "/points/search/batch", { searches: [SEARCH] }],
  ["read", "POST", "/points/search/groups", { ...SEARCH, ...GROUPS }],
  ["read", "POST", "/points/recommend", { positive: [1], limit: 1 }],
  ["read", "POST", "/points/recommend/batch", { searches: [{ positive: [1], limit: 1 }] }],
  ["read", "POST", "/points/recommend/groups", { positive: [1], limit: 1, ...GROUPS }],
  ["read", "POST", "/points/discover", { target: 1, limit: 1 }],
  ["read", "POST", "/points/discover/batch", { searches: [{ target: 1, limit: 1 }] }],
  ["read", "POST", "/points/search/matrix/pairs", {}],
  ["read", "POST", "/points/search/matrix/offsets", {}],
  ["read", "POST", "/facet", { key: "a" }],
];
const WITH_BODY = OPERATIONS.filter(([, , , body]) => body !== undefined);

const BAD_QUERIES: Record<Kind, [query: string, status: number, text: RegExp][]> = {
  read: [
    ["timeout=0", 400, /^Deserialize error in query parameters: /],
    ["timeout=soon", 400, /^Deserialize error in query parameters: /],
    ["timeout=1&timeout=1", 400, /^Deserialize error in query parameters: /],
    ["consistency=0", 400, /^Deserialize error in query parameters: /],
    ["consistency=most", 400, /^Deserialize error in query parameters: /],
  ],
  write: [
    ["wait=yes", 400, /^Deserialize error in query parameters: /],
    ["ordering=loose", 400, /^Deserialize error in query parameters: /],
    ["timeout=-1", 400, /^Deserialize error in query parameters: /],
  ],
  manage: [
    ["timeout=0", 422, /^Validation error in query parameters: \[timeout: value 0 invalid, must be 1 or larger\]$/],
    ["timeout=soon", 400, /^Deserialize error in query parameters: /],
  ],
};

export function refusalsSuite(target: () => ContractTarget): void {
  strictSuite(target);

  const unknown = uniqueName("suite_nowhere");

  async function refusal(method: string, path: string, body?: unknown): Promise<[status: number, body: unknown]> {
    const { status, text } = await request(target(), method, path, body);
    return [status, JSON.parse(text)];
  }
  const failure = (status: number, text: RegExp | string): unknown => {
    const error: unknown = typeof text === "string" ? text : expect.stringMatching(text);
    return [status, { status: { error }, time: expect.any(Number) }];
  };

  // Rest parameters: to a function of more parameters than a row has, jest hands a callback that it then waits for.
  describe("every operation", () => {
    it.each(OPERATIONS)(
      "says that the collection is not there (%s %s %s)",
      async (...[, method, path, body]: Operation) => {
        const answer = await refusal(method, `/collections/${unknown}${path}`, body);
        expect(answer).toEqual(failure(404, `Not found: Collection \`${unknown}\` doesn't exist!`));
      },
    );

    it.each(WITH_BODY)("refuses a body that it can't read first (%s %s %s)", async (...[, method, path]: Operation) => {
      for (const body of ["{", "[]", "null", '"text"', "", '{"filter":{"must":[}}']) {
        const answer = await refusal(method, `/collections/${unknown}${path}`, body);
        expect(answer).toEqual(failure(400, /^Format error in JSON body: /));
      }
    });

    it.each(OPERATIONS)(
      "refuses a query string that it can't read (%s %s %s)",
      async (...[kind, method, path, body]: Operation) => {
        for (const [query, status, text] of BAD_QUERIES[kind]) {
          const answer = await refusal(method, `/collections/${unknown}${path}?${query}`, body);
          expect(answer).toEqual(failure(status, text));
        }
      },
    );

    it.each(OPERATIONS)("refuses a name that is too long (%s %s %s)", async (...[, method, path, body]: Operation) => {
      const answer = await refusal(method, `/collections/${"n".repeat(256)}${path}`, body);
      expect(answer).toEqual(
        failure(
          422,
          /^Validation error in path parameters: \[collection_name: value "n+" invalid, must be from 1 to 255/,
        ),
      );
    });

    it.each([
      ["POST", "/collections"],
      ["GET", "/points"],
      ["POST", `/collections/${unknown}`],
      ["GET", `/collections/${unknown}/points/query/batch`],
      ["PUT", `/collections/${unknown}/points/scroll`],
      ["DELETE", `/collections/${unknown}/points`],
      ["GET", `/collections/${unknown}/nothing`],
    ])("says nothing where there is none (%s %s)", async (method, path) => {
      const { status, text } = await request(target(), method, path);
      expect([status, text]).toEqual([404, ""]);
    });
  });
}
