/** How the service starts and ends as a process: what is in flight is answered, and nobody who only waits holds it up. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { callInlet, OPERATOR_KEY } from "../support/inlet";
import { type InletProcess, inletProcess, startInletProcess } from "../support/inlet-process";

const folders: string[] = [];
const running: InletProcess[] = [];

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "inlet-end-"));
  folders.push(path);
  return path;
}
async function start(settings: Record<string, string>): Promise<InletProcess> {
  const inlet = await inletProcess(settings);
  running.push(inlet);
  return inlet;
}

afterEach(async () => {
  for (const { child } of running.splice(0)) child.kill("SIGKILL");
  for (const path of folders.splice(0)) await rm(path, { recursive: true, force: true });
});

async function open(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  // The server may cut it: that is what some of these tests are about.
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** A client that has had its answer and keeps the connection. */
async function idleClient(url: string): Promise<Socket> {
  const socket = await open(url);
  socket.write("GET /healthz HTTP/1.1\r\nHost: inlet\r\n\r\n");
  await once(socket, "data");
  return socket;
}

const DOCUMENT = JSON.stringify({ document_id: "doc_late", metadata: { title: "late" } });

/** A create of which the service has the head and half the body. The 100 says that it has read the head. */
async function halfSent(url: string): Promise<{ finish(): void; answer: Promise<string> }> {
  const socket = await open(url);
  const head = [
    "POST /v1/collections/talks/documents HTTP/1.1",
    "Host: inlet",
    `Authorization: Bearer ${OPERATOR_KEY}`,
    "X-Namespace: ending",
    "Content-Type: application/json",
    `Content-Length: ${DOCUMENT.length}`,
    "Expect: 100-continue",
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  await once(socket, "data");
  socket.write(DOCUMENT.slice(0, 10));
  let text = "";
  const answer = new Promise<string>((resolve) => {
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    socket.on("close", () => resolve(text));
  });
  return { finish: () => void socket.write(DOCUMENT.slice(10)), answer };
}

describe.each([
  ["one process", "1"],
  ["a cluster", "2"],
])("%s", (_name, workers) => {
  it("answers what is in flight at SIGTERM, keeps it, and exits 0 with 100 idle clients", async () => {
    const settings = { INLET_DATA_DIR: await folder(), INLET_ROOT_KEY: OPERATOR_KEY, INLET_WORKERS: workers };
    const inlet = await start(settings);
    await Promise.all(Array.from({ length: 100 }, () => idleClient(inlet.url)));
    const late = await halfSent(inlet.url);
    const idle = await idleClient(inlet.url);
    const exit = once(inlet.child, "exit");
    inlet.child.kill("SIGTERM");
    // The idle connection's end shows that the service has begun to drain.
    if (!idle.closed) await once(idle, "close");
    late.finish();
    expect(await late.answer).toMatch(/^HTTP\/1\.1 200 /);
    expect((await exit)[0]).toBe(0);

    const again = await start(settings);
    const path = "/v1/collections/talks/documents/doc_late";
    expect(await callInlet(again.url, "GET", path, { namespace: "ending" })).toMatchObject({ status: 200 });
  });
});

it("ends at once at a second signal", async () => {
  const inlet = await start({ INLET_DATA_DIR: await folder(), INLET_ROOT_KEY: OPERATOR_KEY });
  await halfSent(inlet.url);
  const idle = await idleClient(inlet.url);
  const exit = once(inlet.child, "exit");
  inlet.child.kill("SIGINT");
  if (!idle.closed) await once(idle, "close");
  inlet.child.kill("SIGINT");
  expect((await exit)[0]).toBe(130);
});

it("shows the operator's key at the first start, with a request to paste, and never again", async () => {
  const settings = { INLET_DATA_DIR: await folder() };
  const first = await start(settings);
  const key = /Bearer (sk_[\w-]+)/.exec(first.output())?.[1] ?? "none";
  const path = "/v1/collections/talks/documents";
  expect(await callInlet(first.url, "POST", path, { key, namespace: "demo", body: {} })).toMatchObject({ status: 200 });
  const exit = once(first.child, "exit");
  first.child.kill("SIGTERM");
  await exit;
  const second = await start(settings);
  expect(second.output()).not.toContain("sk_");
  expect(await callInlet(second.url, "POST", path, { key, namespace: "demo", body: {} })).toMatchObject({
    status: 200,
  });
});

it.each([["PORT"], ["INLET_EMBEDDED_PORT"]])("refuses a taken port, naming %s", async (setting) => {
  const other = await start({ INLET_DATA_DIR: await folder(), INLET_ROOT_KEY: OPERATOR_KEY });
  const taken = new URL(other.url).port;
  const refused = await startInletProcess({ INLET_DATA_DIR: await folder(), [setting]: taken });
  expect(refused).toMatchObject({ ended: 1, errors: expect.stringMatching(new RegExp(`${taken}.*${setting}`)) });
});

it("refuses faulty settings, all by name", async () => {
  const refused = await startInletProcess({ PORT: "x", INLET_WORKERS: "none" });
  expect(refused).toMatchObject({ ended: 1, errors: expect.stringMatching(/PORT:.*\n.*INLET_WORKERS:/) });
});
