/** A cursor goes on with the very list that gave it; any other, and one that somebody has written, is refused. Those of plain
 *  lists of documents are in lists.test.ts, those of an object's documents in lineage.test.ts, those of namespaces in
 *  ../namespaces.test.ts. */
import { backend, uniqueName } from "../../support/backend";
import { type InletAnswer, type InletRequest, startInlet, type TestInlet } from "../../support/inlet";

const namespace = uniqueName("cursors");
const other = uniqueName("cursors_other");
let inlet: TestInlet;

beforeAll(async () => {
  inlet = await startInlet(backend());
  for (const space of [namespace, other]) {
    for (const collection of ["a", "b", "c"]) {
      for (const language of ["de", "en", "fr"]) {
        const request = { namespace: space, body: { metadata: { language } } };
        await inlet.call("POST", `/v1/collections/${collection}/documents`, request);
      }
    }
  }
});
afterAll(() => inlet.close());

const cursorOf = ({ status, body }: InletAnswer): string => {
  const cursor: unknown = Object(body).pagination?.next_cursor;
  if (typeof cursor !== "string") throw new Error(`${status} without a cursor: ${JSON.stringify(body)}`);
  return cursor;
};
/** Faults as one would make them by hand: cut off, lengthened, one character changed, another alphabet, nothing. */
const tampered = (cursor: string): string[] => {
  const middle = Math.floor(cursor.length / 2);
  const changed = cursor[middle] === "A" ? "B" : "A";
  return [
    cursor.slice(0, -3),
    `${cursor}AAAA`,
    cursor.slice(0, middle) + changed + cursor.slice(middle + 1),
    "!!!",
    Buffer.from("[]").toString("base64url"),
    Buffer.from('{"v":1}').toString("base64url"),
    "x".repeat(3_000),
  ];
};

const A = "/v1/collections/a/documents/list";
interface Call {
  method: string;
  path: string;
  request: InletRequest;
}
const post = (path: string, body: object, of = namespace): Call => ({
  method: "POST",
  path,
  request: { namespace: of, body },
});
const withCursor = ({ method, path, request }: Call, cursor: string): Promise<InletAnswer> =>
  method === "GET"
    ? inlet.call(method, `${path}&${new URLSearchParams({ cursor })}`, request)
    : inlet.call(method, path, { ...request, body: { ...Object(request.body), cursor } });

const groups = { group_by: "language", limit: 1 };
const sorted = { sort: { field: "collection_name" }, limit: 1 };

describe.each<[string, Call, Record<string, Call>]>([
  [
    "of groups",
    post(A, groups),
    {
      "a list without groups": post(A, { limit: 1 }),
      "groups by another field": post(A, { ...groups, group_by: "collection_id" }),
      "groups under other filters": post(A, { ...groups, filters: { AND: [{ field: "language", value: "en" }] } }),
      "groups of another collection": post("/v1/collections/b/documents/list", groups),
      "groups of another namespace": post(A, groups, other),
    },
  ],
  [
    "of a part of a list",
    post(A, { limit: 1, partition: { index: 0, count: 1 } }),
    {
      "the whole list": post(A, { limit: 1 }),
      "another part": post(A, { limit: 1, partition: { index: 0, count: 2 } }),
    },
  ],
  [
    "of a list of some collections",
    post("/v1/documents/list", { limit: 1, collection_ids: ["a", "b"] }),
    {
      "a list of others": post("/v1/documents/list", { limit: 1, collection_ids: ["a", "c"] }),
      "a list of all": post("/v1/documents/list", { limit: 1 }),
    },
  ],
  [
    "of a list that was got",
    { method: "GET", path: "/v1/collections/a/documents?limit=1", request: { namespace } },
    { "one in another order": post(A, { limit: 1, sort: { field: "language" } }) },
  ],
  [
    "of collections",
    post("/v1/collections/list", sorted),
    {
      "another order": post("/v1/collections/list", { ...sorted, sort: { field: "created_at" } }),
      "the other direction": post("/v1/collections/list", {
        ...sorted,
        sort: { field: "collection_name", direction: "desc" },
      }),
    },
  ],
])("a cursor %s", (_what, first, strangers) => {
  let cursor: string;
  beforeAll(async () => {
    cursor = cursorOf(await inlet.call(first.method, first.path, first.request));
  });

  it("goes on with its own list", async () => {
    expect((await withCursor(first, cursor)).status).toBe(200);
  });

  it("is refused where it was tampered with", async () => {
    for (const faulty of tampered(cursor)) {
      const answer = await withCursor(first, faulty);
      expect([faulty, answer.status, answer.text]).toEqual([faulty, 422, expect.stringContaining("cursor")]);
    }
  });

  it.each(Object.entries(strangers))("is refused by %s", async (_whose, stranger) => {
    const answer = await withCursor(stranger, cursor);
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining("cursor")]);
  });
});
