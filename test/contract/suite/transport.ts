/** What a Qdrant makes of a request before it looks at what is asked, at any address: its method, how its body is packed, its key. */
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { uniqueName } from "../../support/backend";
import { type ContractAnswer, type ContractTarget, request } from "../target";

const MIB = 1024 * 1024;

interface Sent {
  headers?: Record<string, string>;
  body?: Uint8Array | string;
}

/** A call without the target's key. */
async function call(url: string, method: string, path: string, sent: Sent = {}): Promise<ContractAnswer> {
  const response = await fetch(url + path, { method, ...sent });
  return { status: response.status, text: await response.text() };
}

/** What a browser asks before a PUT from another origin. */
const PREFLIGHT = { headers: { origin: "http://example.com", "access-control-request-method": "PUT" } };

export function transportSuite(target: () => ContractTarget): void {
  describe("a packed body", () => {
    let name = "";
    const BODY = JSON.stringify({ points: [{ id: 1, vector: [1.5, 2] }] });

    const upsert = (encoding: string, body: Uint8Array | string): Promise<ContractAnswer> => {
      const { url, apiKey } = target();
      const key: Record<string, string> = apiKey === undefined ? {} : { "api-key": apiKey };
      const headers = { ...key, "content-type": "application/json", "content-encoding": encoding };
      return call(url, "PUT", `/collections/${name}/points?wait=true`, { headers, body });
    };
    const count = async (): Promise<unknown> => {
      const { text } = await request(target(), "POST", `/collections/${name}/points/count`, {});
      const { result }: { result: unknown } = JSON.parse(text);
      return result;
    };

    beforeEach(async () => {
      name = uniqueName("suite_transport");
      await request(target(), "PUT", `/collections/${name}`, { vectors: { size: 2, distance: "Dot" } });
    });
    afterEach(() => request(target(), "DELETE", `/collections/${name}`));

    it.each([
      ["gzip", gzipSync(BODY)],
      ["GZIP", gzipSync(BODY)],
      ["deflate", deflateSync(BODY)],
      ["br", brotliCompressSync(BODY)],
      ["identity", BODY],
      ["of-my-own", BODY],
    ])("is unpacked: %s", async (encoding, body) => {
      expect((await upsert(encoding, body)).status).toBe(200);
      expect(await count()).toEqual({ count: 1 });
    });

    it.each([
      ["is not packed at all", BODY],
      ["is cut", gzipSync(BODY).subarray(0, -12)],
      ["is no JSON inside", gzipSync("{")],
      ["has nothing inside", gzipSync("")],
      ["holds more than 32 MiB", gzipSync(Buffer.alloc(33 * MIB, " "))],
    ])("that %s is refused", async (_, body) => {
      const { status, text } = await upsert("gzip", body);
      expect(status).toBe(400);
      expect(JSON.parse(text)).toEqual({ status: { error: expect.any(String) }, time: expect.any(Number) });
      expect(await count()).toEqual({ count: 0 });
    });
  });

  describe("the OPTIONS of a path", () => {
    it("are told to a browser that asks before a call", async () => {
      expect(await call(target().url, "OPTIONS", "/collections", PREFLIGHT)).toEqual({ status: 200, text: "" });
      expect(await call(target().url, "OPTIONS", "/nothing/here", PREFLIGHT)).toEqual({ status: 200, text: "" });
    });

    it("are no call otherwise", async () => {
      expect(await request(target(), "OPTIONS", "/collections")).toEqual({ status: 404, text: "" });
    });
  });
}

/** @param target with a key */
export function keysSuite(target: () => ContractTarget & { apiKey: string }): void {
  describe("without a key", () => {
    it.each(["GET", "HEAD", "POST", "DELETE"])("%s finds what is open", async (method) => {
      for (const path of ["/", "/healthz", "/livez", "/readyz", "/readyz/"]) {
        expect((await call(target().url, method, path)).status).toBe(method === "GET" ? 200 : 404);
      }
    });

    it("lets a browser ask before a call, since it can't send the key then", async () => {
      expect(await call(target().url, "OPTIONS", "/collections", PREFLIGHT)).toEqual({ status: 200, text: "" });
    });

    it.each(["GET", "OPTIONS", "POST"])("refuses %s of any other path", async (method) => {
      for (const path of ["/collections", "/nothing/here", "/healthz/more"]) {
        expect((await call(target().url, method, path)).status).toBe(401);
      }
    });
  });

  it.each([
    ["Bearer ", "", 200],
    ["bearer ", "", 401],
    ["Bearer  ", "", 401],
    ["Token ", "", 401],
    ["Bearer ", "x", 401],
  ])("takes a bearer token as %j, the key and %j: %i", async (before, after, status) => {
    const headers = { authorization: before + target().apiKey + after };
    expect((await call(target().url, "GET", "/collections", { headers })).status).toBe(status);
  });
}
