/** A Qdrant in strict mode refuses filters on fields without an index; Inlet indexes every field that it filters by. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { uniqueName } from "../support/backend";
import { type InletAnswer, type InletRequest, startInlet, type TestInlet } from "../support/inlet";
import { qdrantView } from "../support/qdrant-view";

const STRICT = { enabled: true, unindexed_filtering_retrieve: false, unindexed_filtering_update: false };
let folder: string;
let inlet: TestInlet;

// An engine of its own: strict mode on inlet_control would be everybody's.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inlet-strict-"));
  inlet = await startInlet({ dataDir: folder });
});
afterAll(async () => {
  await inlet.close();
  await rm(folder, { recursive: true });
});

const call = (method: string, path: string, request?: InletRequest): Promise<InletAnswer> =>
  inlet.call(method, path, request);

it("lets every call on namespaces, collections and keys through", async () => {
  const namespace = uniqueName("strict");
  const documents = "/v1/collections/talks/documents";
  await call("POST", documents, { namespace, body: { vectors: { v: [1, 2] } } });
  const { post } = qdrantView({ url: inlet.qdrantUrl });
  await strictMode("inlet_control");
  await strictMode(namespace);
  const refused = await post(`/collections/inlet_control/points/scroll`, {
    filter: { must: [{ key: "created_by", match: { value: "x" } }] },
  });
  expect(refused).toBeUndefined();

  const email = "ada@example.com";
  const answers = [
    await call("POST", documents, { namespace, body: { vectors: { v: [3, 4] } } }),
    await call("GET", "/v1/namespaces"),
    await call("GET", `/v1/namespaces/${namespace}/stats`),
    await call("GET", "/v1/collections", { namespace }),
    await call("GET", "/v1/collections/talks/features", { namespace }),
    await call("PATCH", "/v1/collections/talks", { namespace, body: { collection_name: "lectures" } }),
    await call("DELETE", "/v1/collections/lectures", { namespace }),
    await call("PATCH", `/v1/namespaces/${namespace}`, { body: { namespace_name: `${namespace}b` } }),
    await call("POST", `/v1/organizations/users/${email}/api-keys`, { body: { name: "k" } }),
    await call("GET", `/v1/organizations/users/${email}/api-keys`),
    await call("POST", `/v1/organizations/users/${email}/api-keys/k/rotate`),
    await call("DELETE", `/v1/organizations/users/${email}/api-keys/k`),
    await call("GET", "/v1/organizations"),
    await call("DELETE", `/v1/namespaces/${namespace}b`),
  ];
  expect(answers.filter(({ status }) => status !== 200).map(({ text }) => text)).toEqual([]);
});

async function strictMode(collection: string): Promise<void> {
  const response = await fetch(`${inlet.qdrantUrl}/collections/${collection}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ strict_mode_config: STRICT }),
  });
  expect(response.status).toBe(200);
}
