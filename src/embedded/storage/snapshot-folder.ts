/** The files of snapshots in the data folder: those of a collection in `<digest of its name>/`, those of the whole storage
 *  beside these folders, each with its SHA-256 in a file next to it. What is not whole lies in `unfinished/`, which is emptied at
 *  the start, so that a file under a snapshot's name is always a whole one. */
import { createHash, randomUUID } from "node:crypto";
import { type ReadStream, createReadStream } from "node:fs";
import { mkdir, open, readFile, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { badRequest, forbidden, notFound } from "../errors";

export interface SnapshotDescription {
  name: string;
  /** UTC, to the second, as Qdrant shows it: without a zone. */
  creationTime: string;
  sizeBytes: number;
  /** SHA-256 of the file, in hex. */
  checksum: string;
}

/** The collection's name; undefined for the whole storage. */
export type SnapshotOwner = string | undefined;

const SUFFIX = ".snapshot";
const CHECKSUM_SUFFIX = ".checksum";
const UNFINISHED = "unfinished";

export class SnapshotFolder {
  private constructor(private readonly root: string) {}

  /** Makes the folder where it is missing, and removes what a crash left in it. */
  static async open(root: string): Promise<SnapshotFolder> {
    await rm(join(root, UNFINISHED), { recursive: true, force: true });
    await mkdir(join(root, UNFINISHED), { recursive: true });
    for (const { name, parentPath } of await readdir(root, { recursive: true, withFileTypes: true })) {
      if (!name.endsWith(CHECKSUM_SUFFIX)) continue;
      const path = join(parentPath, name);
      if (!(await isFile(path.slice(0, -CHECKSUM_SUFFIX.length)))) await rm(path);
    }
    return new SnapshotFolder(root);
  }

  /** By name. */
  async list(owner: SnapshotOwner): Promise<SnapshotDescription[]> {
    const files = await readdir(this.folderOf(owner)).catch(() => []);
    const names = files.filter((file) => file.endsWith(SUFFIX)).sort();
    const described = await Promise.all(names.map((name) => this.describe(owner, name).catch(goneMeanwhile)));
    return described.flatMap((each) => each ?? []);
  }

  /** The path of a file that is not there yet, for `use` to write and to read; gone afterwards unless it was kept. */
  async unfinished<T>(use: (path: string) => Promise<T>): Promise<T> {
    const path = join(this.root, UNFINISHED, randomUUID());
    try {
      return await use(path);
    } finally {
      await rm(path, { force: true });
    }
  }

  /** Makes an unfinished file a snapshot, durably. */
  async keep(owner: SnapshotOwner, unfinished: string, checksum: string): Promise<SnapshotDescription> {
    const folder = this.folderOf(owner);
    await mkdir(folder, { recursive: true });
    const time = new Date().toISOString().slice(0, 19).replaceAll(/[T:]/g, "-");
    const name = `${fileSafe(owner ?? "full-snapshot")}-${time}-${randomUUID().slice(0, 8)}${SUFFIX}`;
    // First the checksum: one without its file is no snapshot, but a file without its checksum would be one.
    const written = await open(join(folder, name + CHECKSUM_SUFFIX), "wx");
    try {
      await written.writeFile(checksum);
      await written.sync();
    } finally {
      await written.close();
    }
    await rename(unfinished, join(folder, name));
    await syncFolder(folder);
    return this.describe(owner, name);
  }

  /** @throws QdrantError 404 */
  async read(owner: SnapshotOwner, name: string): Promise<{ stream: ReadStream; sizeBytes: number }> {
    const path = await this.pathOf(owner, name);
    return { stream: createReadStream(path), sizeBytes: (await stat(path)).size };
  }

  /** @throws QdrantError 404 */
  async delete(owner: SnapshotOwner, name: string): Promise<void> {
    const path = await this.pathOf(owner, name);
    await rm(path);
    await rm(path + CHECKSUM_SUFFIX, { force: true });
  }

  /** The path without links, of a file that is there and inside this folder: a caller may name no other file of the machine.
   *  @throws QdrantError 400, 403 */
  async inside(path: string): Promise<string> {
    const quoted = JSON.stringify(path);
    const real = await realpath(path).catch(() => {
      throw badRequest(`Snapshot file ${quoted} does not exist`);
    });
    const root = await realpath(this.root);
    if (!real.startsWith(root + sep)) {
      throw forbidden(`Snapshot file path must be inside the snapshots directory ${JSON.stringify(root)}`);
    }
    if (!(await isFile(real))) throw badRequest(`Snapshot file ${quoted} is not a file`);
    return real;
  }

  private folderOf(owner: SnapshotOwner): string {
    if (owner === undefined) return this.root;
    return join(this.root, createHash("sha256").update(owner).digest("hex").slice(0, 32));
  }

  private async pathOf(owner: SnapshotOwner, name: string): Promise<string> {
    const path = join(this.folderOf(owner), basename(name));
    if (!name.endsWith(SUFFIX) || basename(name) !== name || !(await isFile(path))) {
      throw notFound(`Snapshot ${name} not found`);
    }
    return path;
  }

  private async describe(owner: SnapshotOwner, name: string): Promise<SnapshotDescription> {
    const path = join(this.folderOf(owner), name);
    const [{ mtime, size }, checksum] = await Promise.all([stat(path), this.checksumOf(path)]);
    return { name, creationTime: mtime.toISOString().slice(0, 19), sizeBytes: size, checksum };
  }

  /** A file that someone put there has none next to it. */
  private async checksumOf(path: string): Promise<string> {
    return readFile(path + CHECKSUM_SUFFIX, "utf8").catch(() => sha256(path));
  }
}

export async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

/** Deleted between two looks at the folder. */
function goneMeanwhile(error: unknown): undefined {
  if (errorCode(error) === "ENOENT") return undefined;
  throw error;
}

/** The system's name of a fault (`ENOENT`), where it is one of the system. */
export const errorCode = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "code" in error ? error.code : undefined;

/** Makes a rename durable, where the system can do that for a folder. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** A collection's name may hold what a file's may not, and be longer. */
const fileSafe = (name: string): string => name.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 100);
