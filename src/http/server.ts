/** Listening, and an end that answers what is in flight. */
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";

import { StartError } from "../start-error";
import { answerToUnreadable, MAX_HEADER_BYTES } from "./unreadable";

/** Longer than the idle time of common load balancers (60 s), which would else send requests into closing sockets. */
const KEEP_ALIVE_MS = 65_000;

export interface HttpServer {
  /** For a browser on this machine. */
  url: string;
  port: number;
  /** Takes no more connections, closes idle ones and waits for answers in flight; past the grace time cuts what is left.
   *  True where nothing had to be cut. */
  drain(graceMs: number): Promise<boolean>;
}

const codeOf = (error: unknown): string | undefined =>
  typeof error === "object" && error !== null && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;

function listenError(error: unknown, host: string, port: number): StartError {
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return new StartError(`Port ${port} on ${host} is taken. Set PORT to another one.`, { cause: error });
    case "EACCES":
      return new StartError(`Port ${port} may not be used by this user. Set PORT to another one.`, { cause: error });
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new StartError(`${host} is no address of this machine. Set HOST to another one.`, { cause: error });
    default:
      return new StartError(`Can't listen on ${host}:${port}: ${String(error)}. See HOST and PORT.`, { cause: error });
  }
}

function urlOf(host: string, port: number): string {
  const reachable = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}

/** @throws StartError that names the setting to change. */
export async function listen(app: RequestListener, host: string, port: number): Promise<HttpServer> {
  const answering = new Set<ServerResponse>();
  let draining = false;
  // Bodies have deadlines of their own, see context.ts: a stream may take as long as it likes.
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  // Before Express, so that the header is set before any answer is sent.
  server.on("request", (_request, response) => {
    answering.add(response);
    if (draining) response.setHeader("Connection", "close");
    response.once("close", () => {
      answering.delete(response);
      // The socket counts as idle only after this event's turn.
      if (draining) setImmediate(() => server.closeIdleConnections());
    });
  });
  server.on("request", app);
  server.on("clientError", (error, socket) => {
    const answer = answerToUnreadable(codeOf(error));
    const midAnswer = [...answering].some((response) => response.socket === socket && response.headersSent);
    if (answer === undefined || midAnswer || !socket.writable) socket.destroy();
    else socket.end(answer, () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
  // A TCP server has an address object; only pipes have a string.
  const address: AddressInfo | string | null = server.address();
  const actualPort = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: urlOf(host, actualPort),
    port: actualPort,
    async drain(graceMs) {
      draining = true;
      for (const response of answering) if (!response.headersSent) response.setHeader("Connection", "close");
      const closed = new Promise<boolean>((resolve) => server.close(() => resolve(true)));
      server.closeIdleConnections();
      let timer: NodeJS.Timeout | undefined;
      const graceOver = new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), graceMs);
      });
      const clean = await Promise.race([closed, graceOver]);
      clearTimeout(timer);
      if (!clean) server.closeAllConnections();
      return clean;
    },
  };
}
