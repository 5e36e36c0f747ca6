/** Snapshots of a collection at any Qdrant address: made, listed, downloaded, put back, deleted. */

interface Answer {
  status: number;
  body: unknown;
}

let made = 0;

export function snapshotsSuite(target: () => { url: string }): void {
  async function call(method: string, path: string, body?: unknown): Promise<Answer> {
    const isForm = body instanceof FormData;
    const response = await fetch(target().url + path, {
      method,
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      ...(body === undefined || isForm ? {} : { headers: { "content-type": "application/json" } }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? null : JSON.parse(text) };
  }
  const resultOf = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await call(method, path, body);
    expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ status: "ok" })]);
    return (answer.body as { result: unknown }).result;
  };
  const everything = (collection: string): Promise<unknown> =>
    resultOf("POST", `/collections/${collection}/points/scroll`, { with_vector: true, limit: 1000 });

  /** A collection with every kind of vector, an index, and ids of both kinds. */
  async function filled(): Promise<string> {
    const collection = `suite_snapshots_${made++}`;
    await call("DELETE", `/collections/${collection}`);
    await resultOf("PUT", `/collections/${collection}`, {
      vectors: {
        dense: { size: 3, distance: "Cosine" },
        rows: { size: 2, distance: "Dot", multivector_config: { comparator: "max_sim" } },
      },
      sparse_vectors: { words: { modifier: "idf" } },
    });
    const index = { field_name: "tag", field_schema: "keyword" };
    await resultOf("PUT", `/collections/${collection}/index?wait=true`, index);
    const points = Array.from({ length: 700 }, (_, i) => ({
      id: i % 2 === 0 ? i : `00000000-0000-4000-8000-${String(i).padStart(12, "0")}`,
      vector: { dense: [i, 1, 2], rows: [[i, 0.5]], words: { indices: [i, 1000], values: [1, 0.5] } },
      payload: { tag: `t${i % 7}`, i, nothing: null },
    }));
    await resultOf("PUT", `/collections/${collection}/points?wait=true`, { points });
    return collection;
  }

  describe("snapshots", () => {
    it("put back what there was, under the same name, another one, and over other points", async () => {
      const collection = await filled();
      const before = await everything(collection);
      const description = await resultOf("POST", `/collections/${collection}/snapshots?wait=true`);
      const { name, checksum } = description as { name: string; checksum: string };
      expect(description).toEqual({
        name: expect.any(String),
        creation_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
        size: expect.any(Number),
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect(await resultOf("GET", `/collections/${collection}/snapshots`)).toEqual([description]);
      const file = await (await fetch(`${target().url}/collections/${collection}/snapshots/${name}`)).blob();

      await resultOf("POST", `/collections/${collection}/points/delete?wait=true`, { filter: {} });
      const form = (): FormData => {
        const made = new FormData();
        made.append("snapshot", file, name);
        return made;
      };
      const upload = (to: string, query = ""): Promise<Answer> =>
        call("POST", `/collections/${to}/snapshots/upload${query}`, form());
      expect((await upload(collection, `?priority=snapshot&checksum=${checksum}`)).status).toBe(200);
      expect(await everything(collection)).toEqual(before);

      const copy = `${collection}_copy`;
      await call("DELETE", `/collections/${copy}`);
      expect((await upload(copy)).status).toBe(200);
      expect(await everything(copy)).toEqual(before);
      const filter = { must: [{ key: "tag", match: { value: "t3" } }] };
      const counted = await resultOf("POST", `/collections/${copy}/points/count`, { filter, exact: true });
      expect(counted).toEqual({ count: 100 });
      const found = await resultOf("POST", `/collections/${copy}/points/query`, {
        query: { indices: [42], values: [1] },
        using: "words",
      });
      expect(found).toMatchObject({ points: [{ id: 42 }] });
      await resultOf("PUT", `/collections/${copy}/points?wait=true`, { points: [{ id: 9999, vector: {} }] });
      expect(await resultOf("POST", `/collections/${copy}/points/count`, {})).toEqual({ count: 701 });

      expect(await resultOf("DELETE", `/collections/${collection}/snapshots/${name}`)).toBe(true);
      expect(await resultOf("GET", `/collections/${collection}/snapshots`)).toEqual([]);
    });

    it("refuse what is none, what is cut short and what has another checksum, and leave the collection as it was", async () => {
      const collection = await filled();
      const before = await everything(collection);
      const { name } = (await resultOf("POST", `/collections/${collection}/snapshots`)) as { name: string };
      const file = await (await fetch(`${target().url}/collections/${collection}/snapshots/${name}`)).blob();
      const upload = (part: Blob, query = ""): Promise<Answer> => {
        const form = new FormData();
        form.append("snapshot", part, name);
        return call("POST", `/collections/${collection}/snapshots/upload${query}`, form);
      };
      expect((await upload(new Blob(["no snapshot at all"]))).status).toBe(400);
      expect((await upload(file.slice(0, file.size - 2000))).status).toBe(400);
      expect((await upload(file, `?checksum=${"0".repeat(64)}`)).status).toBe(400);
      expect((await call("POST", `/collections/${collection}/snapshots/upload`, new FormData())).status).toBe(400);
      expect(await everything(collection)).toEqual(before);
    });

    it("that are not there are 404", async () => {
      const collection = await filled();
      for (const path of ["missing.snapshot", "..%2F..%2Fpoints.mdb", "x"]) {
        expect((await call("GET", `/collections/${collection}/snapshots/${path}`)).status).toBe(404);
        expect((await call("DELETE", `/collections/${collection}/snapshots/${path}`)).status).toBe(404);
      }
      expect((await call("POST", "/collections/suite_nowhere/snapshots")).status).toBe(404);
      const location = "file:///nowhere/at/all.snapshot";
      expect((await call("PUT", `/collections/${collection}/snapshots/recover`, { location })).status).toBe(404);
      expect((await call("PUT", `/collections/${collection}/snapshots/recover`, { location: "x" })).status).toBe(400);
    });
  });
}
