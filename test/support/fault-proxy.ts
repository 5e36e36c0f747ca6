/** Stands between Inlet and a Qdrant and makes what goes wrong there: an address that refuses, an answer that never comes, a
 *  500 before or after the write was applied. Counts what passes. */
import { createServer, type IncomingMessage, request as forward, type Server, type ServerResponse } from "node:http";
import { type Socket } from "node:net";

export interface SeenRequest {
  method: string;
  /** With the query string. */
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
}

/** What happens to a request instead of being passed on. */
export type Fault =
  | { kind: "status"; status: number; headers?: Record<string, string>; text: string }
  /** Passed on, and then answered with this status all the same. */
  | { kind: "applied-but"; status: number; text: string }
  /** The connection ends without an answer. */
  | { kind: "cut" }
  /** No answer until the proxy closes. */
  | { kind: "silence" };

export interface FaultProxy {
  url: string;
  /** Every request that arrived, in order. */
  seen: SeenRequest[];
  /** The next `times` requests that match meet the fault. */
  fail(matching: (request: SeenRequest) => boolean, fault: Fault, times?: number): void;
  /** Ends all connections and refuses new ones, as a process that was killed. */
  stop(): Promise<void>;
  /** Takes connections again, at the same address. */
  start(): Promise<void>;
  close(): Promise<void>;
}

interface Plan {
  matching: (request: SeenRequest) => boolean;
  fault: Fault;
  left: number;
}

/** A proxy before `target`; without one, every request that meets no fault is answered by `answer`. */
export async function startFaultProxy(
  target: string | ((request: SeenRequest) => { status: number; body: unknown }),
): Promise<FaultProxy> {
  const plans: Plan[] = [];
  const seen: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((request, response) => {
    // The Qdrant behind has gone: so has this one.
    serve(request, response).catch(() => request.socket.destroy());
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const arrived = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
    seen.push(arrived);
    const plan = plans.find(({ left, matching }) => left > 0 && matching(arrived));
    if (plan !== undefined) plan.left -= 1;
    const fault = plan?.fault;
    switch (fault?.kind) {
      case "status":
        answerError(response, fault.status, fault.text, fault.headers);
        return;
      case "cut":
        request.socket.destroy();
        return;
      case "silence":
        return;
      default: {
        const answer = typeof target === "string" ? await passOn(target, arrived) : scripted(target(arrived));
        if (fault !== undefined) answerError(response, fault.status, fault.text);
        else response.writeHead(answer.status, { "content-type": answer.contentType }).end(answer.body);
      }
    }
  }

  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => resolve());
    });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });

  await listen(0);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port.");
  const { port } = address;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    fail: (matching, fault, times = 1) => void plans.push({ matching, fault, left: times }),
    stop,
    start: () => listen(port),
    close: async () => {
      if (server.listening) await stop();
    },
  };
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

function answerError(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify({ status: { error: text }, time: 0 }));
}

interface Answered {
  status: number;
  contentType: string;
  body: string;
}

const scripted = ({ status, body }: { status: number; body: unknown }): Answered => ({
  status,
  contentType: "application/json",
  body: JSON.stringify(body),
});

function passOn(target: string, { method, path, headers, body }: SeenRequest): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const kept = { ...headers, connection: "close" };
    delete kept.host;
    delete kept["content-length"];
    const onward = forward(`${target}${path}`, { method, headers: kept }, (answer) => {
      bodyOf(answer).then((text) => {
        const contentType = answer.headers["content-type"] ?? "text/plain";
        resolve({ status: answer.statusCode ?? 502, contentType, body: text });
      }, reject);
    });
    onward.on("error", reject);
    onward.end(body);
  });
}
