/** One process per data folder. The lock is a socket that its owner listens on: the system closes it however the owner
 *  ends, so that after a kill there is nothing to repair and no time to wait out, and two containers that share a volume,
 *  where both are process 1, can still tell whether the other lives. What a process that died left behind is a socket
 *  file that refuses connections; it is moved away before it is removed, so that of two that find it only one can win. */
import { createHash, randomBytes } from "node:crypto";
import { closeSync, constants, openSync } from "node:fs";
import { realpath, rename, unlink } from "node:fs/promises";
import { type Server, createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StartError } from "./errors";

export interface FolderLock {
  release(): Promise<void>;
}

const SOCKET_NAME = "inlet.lock";
const ATTEMPTS = 5;

/** Takes the lock of an existing folder. @throws StartError `folder_locked` naming folder and pid where a process has it. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const place = await placeOf(folder);
  try {
    return await lockAt(place.path, folder, place.close);
  } catch (error) {
    place.close();
    // Some network and desktop file systems hold no sockets; a lock in the machine's own folder is the next best.
    if (error instanceof StartError || place.path === outsidePath(place.real)) throw error;
    return lockAt(outsidePath(place.real), folder, () => undefined);
  }
}

async function placeOf(folder: string): Promise<{ path: string; real: string; close: () => void }> {
  const real = await realpath(folder);
  const none = (): void => undefined;
  if (process.platform === "win32") return { path: outsidePath(real), real, close: none };
  // A socket's path is limited to about 100 bytes; Linux reaches any folder by a short one.
  if (process.platform === "linux") {
    const descriptor = openSync(real, constants.O_RDONLY | constants.O_DIRECTORY);
    return { path: `/proc/self/fd/${descriptor}/${SOCKET_NAME}`, real, close: () => closeSync(descriptor) };
  }
  const inside = join(real, SOCKET_NAME);
  return { path: Buffer.byteLength(inside) < 100 ? inside : outsidePath(real), real, close: none };
}

function outsidePath(folder: string): string {
  const name = `inlet-${createHash("sha256").update(folder).digest("hex").slice(0, 24)}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), name);
}

async function lockAt(path: string, folder: string, close: () => void): Promise<FolderLock> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const server = await listen(path);
    if (server !== undefined) return heldBy(server, close);
    const owner = await ownerAt(path);
    if (owner !== undefined) throw locked(folder, owner);
    await clearAway(path, folder);
  }
  throw locked(folder, "unknown");
}

const locked = (folder: string, owner: string): StartError =>
  new StartError(
    "folder_locked",
    `The data folder ${folder} is in use by process ${owner}. One folder serves one process: stop that one, or choose another folder.`,
  );

function heldBy(server: Server, close: () => void): FolderLock {
  // A lock alone must not keep the process alive.
  server.unref();
  return {
    release: () =>
      new Promise((resolve) => {
        server.close(() => {
          close();
          resolve();
        });
      }),
  };
}

/** A server that tells its process to whoever connects; undefined where the path is taken. */
function listen(path: string): Promise<Server | undefined> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(String(process.pid));
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen({ path }, () => resolve(server));
  });
}

/** The process that listens there; undefined where none does. */
function ownerAt(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection({ path });
    let told = "";
    let connected = false;
    socket.setEncoding("utf8");
    socket.setTimeout(2000, () => socket.destroy());
    socket.on("connect", () => {
      connected = true;
    });
    socket.on("data", (chunk: string) => {
      told += chunk;
    });
    // A busy owner accepts late, yet the connection stands: that is an owner too.
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(connected ? told || "unknown" : undefined));
  });
}

async function clearAway(path: string, folder: string): Promise<void> {
  const aside = `${path}.${randomBytes(4).toString("hex")}`;
  try {
    await rename(path, aside);
  } catch {
    return; // another one that starts did it
  }
  const owner = await ownerAt(aside);
  if (owner !== undefined) {
    // Between our two looks another process took the lock: give its socket back.
    await rename(aside, path);
    throw locked(folder, owner);
  }
  await unlink(aside);
}
