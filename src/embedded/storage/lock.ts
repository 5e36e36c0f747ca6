/** One process per data folder. A process that wants it listens on a socket of a name of its own in the folder, looks at all the
 *  other sockets there, and has the folder once none of them answers. Since it listens before it looks, of two that start at once
 *  one at least sees the other, and the lower name goes first. The system closes a socket however its process ends, so that after
 *  a kill there is nothing to repair and no time to wait out, and two containers that share a volume, where both are process 1,
 *  can still tell whether the other lives. Names are never used again, so that removing a dead one can't hit a live one. */
import { createHash, randomBytes } from "node:crypto";
import { closeSync, constants, existsSync, openSync } from "node:fs";
import { readdir, realpath, rm } from "node:fs/promises";
import { type Server, createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { StartError } from "./errors";

export interface FolderLock {
  release(): Promise<void>;
}

const SOCKET_NAME = "inlet.lock";
/** What a socket says behind its process's id until that has the folder. */
const WAITING = "waiting";
const ATTEMPTS = 200;
const PAUSE_MS = 25;

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
  return { path: Buffer.byteLength(inside) < 80 ? inside : outsidePath(real), real, close: none };
}

function outsidePath(folder: string): string {
  const name = `inlet-${createHash("sha256").update(folder).digest("hex").slice(0, 24)}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), name);
}

/** @param path what the names of all sockets begin with; on Windows, where a pipe goes with its process, the one pipe */
async function lockAt(path: string, folder: string, close: () => void): Promise<FolderLock> {
  if (process.platform === "win32") {
    const claim = await Claim.at(path);
    if (claim !== undefined) return claim.held(close);
    throw locked(folder, (await ownerAt(path))?.pid ?? "unknown");
  }
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const claim = await Claim.at(`${path}.${randomBytes(6).toString("hex")}`);
    if (claim === undefined) continue;
    const other = await claim.settled(path).catch(async (error: unknown) => {
      await claim.release();
      throw error;
    });
    if (other === undefined) return claim.held(close);
    await claim.release();
    if (!other.waits) throw locked(folder, other.pid);
    await pause(PAUSE_MS);
  }
  throw locked(folder, "unknown");
}

const locked = (folder: string, owner: string): StartError =>
  new StartError(
    "folder_locked",
    `The data folder ${folder} is in use by process ${owner}. One folder serves one process: stop that one, or choose another folder.`,
  );

interface Owner {
  pid: string;
  /** It does not have the folder yet. */
  waits: boolean;
}

/** A socket that tells who listens to whoever connects. */
class Claim {
  private waits = true;
  private readonly server: Server;

  private constructor(private readonly path: string) {
    this.server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.end(this.waits ? `${process.pid} ${WAITING}` : String(process.pid));
    });
  }

  /** undefined where the path is taken. */
  static at(path: string): Promise<Claim | undefined> {
    const claim = new Claim(path);
    return new Promise((resolve, reject) => {
      claim.server.once("error", (error: NodeJS.ErrnoException) => {
        if (error.code === "EADDRINUSE") resolve(undefined);
        else reject(error);
      });
      claim.server.listen({ path }, () => resolve(claim));
    });
  }

  /** Waits until none of the others that also wait goes first. The other that has the folder or goes first; undefined where
   *  there is none, so that the folder is this claim's. */
  async settled(prefix: string): Promise<Owner | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const others = await this.others(prefix);
      const first = others.find(({ owner, path }) => !owner.waits || path < this.path);
      if (first !== undefined) return first.owner;
      if (others.length === 0) {
        // One that looked here between our bind and our listen took us for dead; it is gone by now, and so is our name.
        return existsSync(this.path) ? undefined : { pid: "unknown", waits: true };
      }
      await pause(PAUSE_MS);
    }
    return { pid: "unknown", waits: true };
  }

  held(close: () => void): FolderLock {
    this.waits = false;
    // A lock alone must not keep the process alive.
    this.server.unref();
    return {
      release: async () => {
        await this.release();
        close();
      },
    };
  }

  release(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  /** The others that live. Removes the sockets of those that do not. */
  private async others(prefix: string): Promise<{ path: string; owner: Owner }[]> {
    const folder = dirname(prefix);
    const names = (await readdir(folder)).filter((name) => name.startsWith(basename(prefix)));
    const found = await Promise.all(
      names.map(async (name) => {
        const path = join(folder, name);
        if (path === this.path) return [];
        const owner = await ownerAt(path);
        if (owner === undefined) await rm(path, { force: true });
        return owner === undefined ? [] : [{ path, owner }];
      }),
    );
    return found.flat();
  }
}

/** The process that listens there; undefined where none does. */
function ownerAt(path: string): Promise<Owner | undefined> {
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
    socket.on("close", () => {
      const [pid = "", state] = told.split(" ");
      resolve(connected ? { pid: pid || "unknown", waits: state === WAITING } : undefined);
    });
  });
}
