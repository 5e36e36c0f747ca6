/** Calls of a collection that the query suites make anew for each test. */
import { uniqueName } from "../../support/backend";
import { type ContractTarget, request } from "../target";

export interface Hit {
  id: number | string;
  score: number | null;
  version: number;
}
/** The parts of results that are looked into; the rest is compared whole. */
interface Result {
  points?: Hit[];
  groups?: { id: string; hits: Hit[] }[];
}
export interface Answer {
  status: number;
  text: string;
  result: Result | undefined;
  error: unknown;
}

export interface QueryCalls {
  /** Of a path below the collection's own. */
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Throws where the answer is not 200. */
  done(method: string, path: string, body?: unknown): Promise<void>;
  hits(body: unknown): Promise<Hit[]>;
  ids(body: unknown): Promise<unknown[]>;
  /** Makes the collection with three points on a line. */
  line(distance?: string): Promise<void>;
  /** The collection's name. */
  name(): string;
}

const LINE = [
  { id: 1, vector: [1, 0], payload: { n: 1, tags: ["a", "b"], kind: "x" } },
  { id: 2, vector: [2, 0], payload: { n: 2, tags: ["b"], kind: "y" } },
  { id: 3, vector: [3, 0], payload: { n: 3, tags: [], kind: "x" } },
];

/** To be called in a `describe`, whose tests it gives a name each and whose collections it deletes. */
export function queryCalls(target: () => ContractTarget): QueryCalls {
  let name = "";

  async function call(method: string, path: string, body?: unknown): Promise<Answer> {
    const { status, text } = await request(target(), method, `/collections/${name}${path}`, body);
    const parsed: { result?: Result; status?: { error?: unknown } } = text === "" ? {} : JSON.parse(text);
    return { status, text, result: parsed.result, error: parsed.status?.error };
  }
  async function done(method: string, path: string, body?: unknown): Promise<void> {
    const { status, text } = await call(method, path, body);
    if (status !== 200) throw new Error(`${method} ${path}: ${text}`);
  }
  async function hits(body: unknown): Promise<Hit[]> {
    const answer = await call("POST", "/points/query", body);
    expect(answer).toMatchObject({ status: 200 });
    return answer.result?.points ?? [];
  }
  const ids = async (body: unknown): Promise<unknown[]> => (await hits(body)).map(({ id }) => id);
  async function line(distance = "Dot"): Promise<void> {
    await done("PUT", "", { vectors: { size: 2, distance } });
    await done("PUT", "/points?wait=true", { points: LINE });
  }

  beforeEach(() => {
    name = uniqueName("suite_query");
  });
  afterEach(() => done("DELETE", ""));
  return { call, done, hits, ids, line, name: () => name };
}
