import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";

import { type HttpServer, listen } from "../../../src/http/server";

async function socketTo(server: HttpServer): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

it("cuts what is not answered within the grace time, and says so", async () => {
  const server = await listen(() => undefined, "127.0.0.1", 0);
  const socket = await socketTo(server);
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const closed = once(socket, "close");
  expect(await server.drain(50)).toBe(false);
  await closed;
});

it("has nothing to cut where all clients are idle", async () => {
  const server = await listen((_request, response) => response.end("ok"), "127.0.0.1", 0);
  const sockets = await Promise.all(Array.from({ length: 20 }, () => socketTo(server)));
  for (const socket of sockets) {
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(socket, "data");
  }
  expect(await server.drain(10_000)).toBe(true);
});

describe("bytes that are no request", () => {
  let server: HttpServer;
  beforeAll(async () => {
    server = await listen((_request, response) => response.end("ok"), "127.0.0.1", 0);
  });
  afterAll(() => server.drain(0));

  it.each([
    ["no HTTP", "hello\r\n\r\n", 400, "malformed_request"],
    ["a header without a colon", "GET / HTTP/1.1\r\nHost x\r\n\r\n", 400, "malformed_request"],
    ["too long an address", `GET /?q=${"x".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, "headers_too_large"],
    ["too long a header", `GET / HTTP/1.1\r\nHost: x\r\nA: ${"x".repeat(20_000)}\r\n\r\n`, 431, "headers_too_large"],
  ])("are answered with the envelope of every error: %s", async (_what, sent, status, code) => {
    const socket = await socketTo(server);
    socket.write(sent);
    const answer = await text(socket);
    const [head = "", body = ""] = answer.split("\r\n\r\n");
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toMatch(/\r\nX-Request-Id: \S/);
    expect(JSON.parse(body)).toMatchObject({ success: false, status, error: { type: "bad_request", code } });
  });
});

it.each([
  ["a taken port", "127.0.0.1", /PORT/],
  ["no address of this machine", "203.0.113.7", /HOST/],
])("names the setting for %s", async (_name, host, setting) => {
  const other = await listen(() => undefined, "127.0.0.1", 0);
  await expect(listen(() => undefined, host, other.port)).rejects.toThrow(setting);
  await other.drain(0);
});
