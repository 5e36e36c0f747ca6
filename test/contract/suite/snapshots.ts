/** Snapshots at any Qdrant address: made, listed, downloaded, put back, deleted. */
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { uniqueName } from "../../support/backend";
import { type ContractTarget, download, request } from "../target";

interface Answer {
  status: number;
  body: unknown;
}
interface Description {
  name: string;
  checksum: string;
}

const DESCRIPTION = {
  name: expect.stringMatching(/^[^/]+\.snapshot$/),
  creation_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
  size: expect.any(Number),
  checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
};

const NOT_LOCAL = /^Bad request: Invalid snapshot URI, file path must be absolute or on localhost$/;
const missing = (path: string): RegExp => new RegExp(`^Bad request: Snapshot file "${path}" does not exist$`);

/** The calls that the tests are made of. */
class Calls {
  private readonly made: string[] = [];

  constructor(readonly target: () => ContractTarget) {}

  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const { status, text } = await request(this.target(), method, path, body);
    return { status, body: text === "" ? null : JSON.parse(text) };
  }
  async result(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.call(method, path, body);
    expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ status: "ok" })]);
    return (answer.body as { result: unknown }).result;
  }
  everything(collection: string): Promise<unknown> {
    return this.result("POST", `/collections/${collection}/points/scroll`, { with_vector: true, limit: 1000 });
  }
  newName(): string {
    const name = uniqueName("suite_snapshots");
    this.made.push(name);
    return name;
  }
  /** A collection with every kind of vector, an index, and ids of both kinds. */
  async filled(): Promise<string> {
    const collection = this.newName();
    await this.result("PUT", `/collections/${collection}`, {
      vectors: {
        dense: { size: 3, distance: "Cosine" },
        rows: { size: 2, distance: "Dot", multivector_config: { comparator: "max_sim" } },
      },
      sparse_vectors: { words: { modifier: "idf" } },
    });
    const index = { field_name: "tag", field_schema: "keyword" };
    await this.result("PUT", `/collections/${collection}/index?wait=true`, index);
    const points = Array.from({ length: 700 }, (_, i) => ({
      id: i % 2 === 0 ? i : `00000000-0000-4000-8000-${String(i).padStart(12, "0")}`,
      vector: { dense: [i, 1, 2], rows: [[i, 0.5]], words: { indices: [i, 1000], values: [1, 0.5] } },
      payload: { tag: `t${i % 7}`, i, nothing: null },
    }));
    await this.result("PUT", `/collections/${collection}/points?wait=true`, { points });
    return collection;
  }
  create(collection: string): Promise<unknown> {
    return this.result("POST", `/collections/${collection}/snapshots?wait=true`);
  }
  /** One that is made and described, with its bytes. */
  async snapshot(collection: string): Promise<Description & { file: Blob }> {
    const description = (await this.create(collection)) as Description;
    const path = `/collections/${collection}/snapshots/${description.name}`;
    return { ...description, file: await download(this.target(), path) };
  }
  upload(collection: string, file: Blob, query = ""): Promise<Answer> {
    const form = new FormData();
    form.append("snapshot", file, "uploaded.snapshot");
    return this.call("POST", `/collections/${collection}/snapshots/upload${query}`, form);
  }
  recover(collection: string, body: unknown): Promise<Answer> {
    return this.call("PUT", `/collections/${collection}/snapshots/recover`, body);
  }
  /** The names of a list of snapshots once there are so many. */
  async names(path: string, count: number): Promise<string[]> {
    for (;;) {
      const listed = (await this.result("GET", path)) as Description[];
      if (listed.length === count) return listed.map(({ name }) => name);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  async dropAll(): Promise<void> {
    for (const collection of this.made.splice(0)) {
      const { body } = await this.call("GET", `/collections/${collection}/snapshots`);
      const { result = [] } = body as { result?: Description[] };
      for (const { name } of result) await this.call("DELETE", `/collections/${collection}/snapshots/${name}`);
      await this.call("DELETE", `/collections/${collection}`);
    }
  }
}

export function snapshotsSuite(target: () => ContractTarget): void {
  const calls = new Calls(target);
  afterEach(() => calls.dropAll());

  describe("snapshots", () => {
    it("put back what there was, under the same name, another one, and over other points", async () => {
      const collection = await calls.filled();
      const before = await calls.everything(collection);
      const description = await calls.create(collection);
      expect(description).toEqual(DESCRIPTION);
      const { name, checksum } = description as Description;
      expect(await calls.result("GET", `/collections/${collection}/snapshots`)).toEqual([description]);
      const file = await download(target(), `/collections/${collection}/snapshots/${name}`);

      await calls.result("POST", `/collections/${collection}/points/delete?wait=true`, { filter: {} });
      expect((await calls.upload(collection, file, `?priority=snapshot&checksum=${checksum}`)).status).toBe(200);
      expect(await calls.everything(collection)).toEqual(before);

      const copy = calls.newName();
      expect((await calls.upload(copy, file)).status).toBe(200);
      expect(await calls.everything(copy)).toEqual(before);
      const filter = { must: [{ key: "tag", match: { value: "t3" } }] };
      const counted = await calls.result("POST", `/collections/${copy}/points/count`, { filter, exact: true });
      expect(counted).toEqual({ count: 100 });
      const found = await calls.result("POST", `/collections/${copy}/points/query`, {
        query: { indices: [42], values: [1] },
        using: "words",
      });
      expect(found).toMatchObject({ points: [{ id: 42 }] });
      await calls.result("PUT", `/collections/${copy}/points?wait=true`, { points: [{ id: 9999, vector: {} }] });
      expect(await calls.result("POST", `/collections/${copy}/points/count`, {})).toEqual({ count: 701 });

      expect(await calls.result("DELETE", `/collections/${collection}/snapshots/${name}`)).toBe(true);
      expect(await calls.result("GET", `/collections/${collection}/snapshots`)).toEqual([]);
    });

    it("are made and deleted in the background with wait=false", async () => {
      const collection = await calls.filled();
      const path = `/collections/${collection}/snapshots`;
      const accepted = { status: 202, body: { status: "accepted", time: expect.any(Number) } };
      expect(await calls.call("POST", `${path}?wait=false`)).toEqual(accepted);
      const [name = ""] = await calls.names(path, 1);
      expect((await download(target(), `${path}/${name}`)).size).toBeGreaterThan(0);
      expect(await calls.call("DELETE", `${path}/${name}?wait=false`)).toEqual(accepted);
      expect(await calls.names(path, 0)).toEqual([]);
    });

    it("that are not there are 404, wherever a path may lead", async () => {
      const collection = await calls.filled();
      for (const name of ["missing.snapshot", "..%2F..%2Fpoints.mdb", "..%2F..%2F..%2Fetc%2Fpasswd", "x"]) {
        for (const path of [`/collections/${collection}/snapshots/${name}`, `/snapshots/${name}`]) {
          expect((await calls.call("GET", path)).status).toBe(404);
          expect((await calls.call("DELETE", path)).status).toBe(404);
        }
      }
      const unknown = `/collections/${uniqueName("suite_nowhere")}/snapshots`;
      for (const method of ["GET", "POST"]) expect((await calls.call(method, unknown)).status).toBe(404);
    });

    it.each<[string, unknown, number, RegExp]>([
      ["no location", {}, 400, /^Format error in JSON body: /],
      ["a location that is no address", { location: "x" }, 400, /^Format error in JSON body: /],
      ["an unknown priority", { location: "file:///x", priority: "best" }, 400, /^Format error in JSON body: /],
      ["a file of another machine", { location: "file://there/x.snapshot" }, 400, NOT_LOCAL],
      ["a relative path", { location: "file://./etc/passwd" }, 400, NOT_LOCAL],
      ["a file that is not there", { location: "file:///no.snapshot" }, 400, missing("/no.snapshot")],
      ["the same of this machine", { location: "file://localhost/no.snapshot" }, 400, missing("/no.snapshot")],
      [
        "a file of someone else",
        { location: "file:///etc/passwd" },
        403,
        /^Forbidden: Snapshot file path must be inside/,
      ],
      ["a file of no kind", { location: "ftp://x/y" }, 400, /^Bad request: URL ftp:\/\/x\/y with scheme ftp/],
      ["a short checksum", { location: "file:///x", checksum: "abc" }, 422, /in JSON body: \[checksum: /],
    ])("are not put back from %s", async (_what, body, status, text) => {
      const name = uniqueName("suite_snapshots");
      const refused = { status, body: { status: { error: expect.stringMatching(text) }, time: expect.any(Number) } };
      expect(await calls.recover(name, body)).toEqual(refused);
      expect(await calls.result("GET", `/collections/${name}/exists`)).toEqual({ exists: false });
    });
  });
}

/** What holds of our own engine alone, or can be tried only where it runs on this machine and no one else uses it: how a file that
 *  is no snapshot is refused depends on the format, a container does not reach a server of this test, and a snapshot of the whole
 *  storage takes in what other tests make and drop. */
export function ownSnapshotsSuite(target: () => ContractTarget): void {
  const calls = new Calls(target);
  afterEach(() => calls.dropAll());

  describe("snapshots of our own", () => {
    it("are refused where they are none, cut short, longer or changed, and leave the collection as it was", async () => {
      const collection = await calls.filled();
      const before = await calls.everything(collection);
      const { file } = await calls.snapshot(collection);
      const refused = async (part: Blob, query = ""): Promise<void> => {
        expect(await calls.upload(collection, part, query)).toMatchObject({
          status: 400,
          body: { status: { error: expect.any(String) } },
        });
      };
      await refused(new Blob(["no snapshot at all"]));
      await refused(new Blob([]));
      await refused(file.slice(0, file.size - 2000));
      await refused(file.slice(0, file.size - 1));
      await refused(new Blob([file, "x"]));
      const bytes = new Uint8Array(await file.arrayBuffer());
      const middle = bytes.length >> 1;
      bytes[middle] = (bytes[middle] ?? 0) ^ 1;
      await refused(new Blob([bytes]));
      await refused(file, `?checksum=${"0".repeat(64)}`);
      const form = await calls.call("POST", `/collections/${collection}/snapshots/upload`, new FormData());
      expect(form.status).toBe(400);
      const noForm = await calls.call("POST", `/collections/${collection}/snapshots/upload`, {});
      expect(noForm.status).toBe(400);
      expect(await calls.everything(collection)).toEqual(before);
    });

    it("keep the aliases of the collection that they replace", async () => {
      const collection = await calls.filled();
      const { file } = await calls.snapshot(collection);
      const alias = uniqueName("suite_alias");
      const create = { create_alias: { collection_name: collection, alias_name: alias } };
      await calls.result("POST", "/collections/aliases", { actions: [create] });
      await calls.result("POST", `/collections/${collection}/points/delete?wait=true`, { filter: {} });
      expect((await calls.upload(alias, file)).status).toBe(200);
      expect(await calls.result("POST", `/collections/${alias}/points/count`, {})).toEqual({ count: 700 });
    });

    it("come from another server's address, and only with the right checksum", async () => {
      const collection = await calls.filled();
      const before = await calls.everything(collection);
      const { file, checksum } = await calls.snapshot(collection);
      const bytes = Buffer.from(await file.arrayBuffer());
      const server = createServer((asked, answer) => {
        answer.writeHead(asked.url === "/a.snapshot" ? 200 : 404).end(asked.url === "/a.snapshot" ? bytes : "");
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      try {
        const { port } = server.address() as AddressInfo;
        const at = (path: string): string => `http://127.0.0.1:${port}${path}`;
        const copy = calls.newName();
        expect((await calls.recover(copy, { location: at("/b.snapshot") })).status).toBe(400);
        const wrong = { location: at("/a.snapshot"), checksum: "3".repeat(64) };
        expect((await calls.recover(copy, wrong)).status).toBe(400);
        expect(await calls.result("GET", `/collections/${copy}/exists`)).toEqual({ exists: false });
        expect((await calls.recover(copy, { location: at("/a.snapshot"), checksum })).status).toBe(200);
        expect(await calls.everything(copy)).toEqual(before);
      } finally {
        server.close();
      }
    });

    it("of the whole storage are made, listed, downloaded and deleted", async () => {
      await calls.filled();
      const description = (await calls.result("POST", "/snapshots")) as Description;
      expect(description).toEqual(DESCRIPTION);
      const listed = await calls.result("GET", "/snapshots");
      expect(listed).toEqual(expect.arrayContaining([description]));
      expect((await download(target(), `/snapshots/${description.name}`)).size).toBeGreaterThan(0);
      expect(await calls.result("DELETE", `/snapshots/${description.name}`)).toBe(true);
      expect(await calls.result("GET", "/snapshots")).not.toEqual(expect.arrayContaining([description]));
    });
  });
}
