/** Bodies and query strings of snapshot calls. */
import { type IncomingMessage } from "node:http";
import { type Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import busboy from "busboy";
import { pipeline } from "node:stream/promises";
import { type QdrantError, badRequest, formatError, queryStringError } from "../../errors";
import { type Decoder, Place, object, oneOf, string } from "../decode";
import { flagParam } from "./manage-params";

/** Where a snapshot comes from. */
export type SnapshotLocation = { kind: "file"; path: string } | { kind: "remote"; url: URL };

export interface RecoverRequest {
  url: URL;
  /** SHA-256 in hex. */
  checksum: string | undefined;
  /** For a remote location. */
  apiKey: string | undefined;
}

const PRIORITIES = ["no_sync", "snapshot", "replica"] as const;

const checksum: Decoder<string> = (value, at) => {
  const read = string(value, at);
  const fault = checksumFault(read);
  if (fault !== undefined) at.fault(fault);
  return read;
};

function checksumFault(text: string): string | undefined {
  if (text.length !== SHA256_DIGITS)
    return `must be ${SHA256_DIGITS} hexadecimal digits, got ${text.length} characters`;
  return /^[0-9a-f]*$/i.test(text) ? undefined : "invalid characters, expected 0-9, a-f, A-F";
}
const SHA256_DIGITS = 64;

const url: Decoder<URL> = (value, at) => {
  const text = string(value, at);
  if (!URL.canParse(text)) throw formatError(`\`location\` is not a URL: ${text}`);
  return new URL(text);
};

/** One node has no replicas, so that `priority` changes nothing. */
export const recoverRequest: Decoder<RecoverRequest> = object((fields) => {
  const location = fields.required("location", url);
  fields.optional("priority", oneOf(...PRIORITIES));
  return {
    url: location,
    checksum: fields.optional("checksum", checksum),
    apiKey: fields.optional("api_key", string),
  };
});

/** @throws QdrantError 400 for a location that no snapshot can be at */
export function locationOf(location: URL): SnapshotLocation {
  switch (location.protocol) {
    case "file:":
      return { kind: "file", path: localPath(location) };
    case "http:":
    case "https:":
      return { kind: "remote", url: location };
    default:
      throw badRequest(`URL ${location.href} with scheme ${location.protocol.slice(0, -1)} is not supported`);
  }
}

function localPath(location: URL): string {
  try {
    return fileURLToPath(location);
  } catch {
    throw badRequest("Invalid snapshot URI, file path must be absolute or on localhost");
  }
}

/** Whether to answer only when the work is done; true unless the query string says otherwise. @throws QdrantError 400 */
export const waitParam = (query: URLSearchParams): boolean => !query.has("wait") || flagParam(query, "wait");

/** @throws QdrantError 400, 422 */
export function uploadParams(query: URLSearchParams): { wait: boolean; checksum: string | undefined } {
  const at = Place.root();
  const given = (name: string): string | undefined => query.get(name) ?? undefined;
  const wait = waitParam(query);
  const asked = given("priority");
  if (asked !== undefined && !PRIORITIES.some((each) => each === asked)) {
    throw queryStringError(
      `unknown variant \`${asked}\`, expected one of ${PRIORITIES.map((each) => `\`${each}\``).join(", ")}`,
    );
  }
  const sum = given("checksum");
  if (sum !== undefined) checksum(sum, at.key("checksum"));
  at.check("query parameters");
  return { wait, checksum: sum };
}

/** Hands the file of a multipart form to `take` as it comes in, and returns when the form is read whole; `work` may go on then.
 *  A form that breaks off breaks the file off too. @throws QdrantError 400 where there is no file, and what `take` throws before */
export function takeUpload<T>(
  request: IncomingMessage,
  take: (file: Readable) => Promise<T>,
): Promise<{ work: Promise<T> }> {
  return new Promise((resolve, reject) => {
    const form = openForm(request);
    let work: Promise<T> | undefined;
    form.on("file", (_name, file) => {
      work = take(file);
      work.catch((error: unknown) => {
        file.resume();
        reject(error);
      });
    });
    pipeline(request, form).then(
      () => (work === undefined ? reject(badRequest("The multipart form has no file")) : resolve({ work })),
      (error: unknown) => reject(unreadable(error)),
    );
  });
}

/** @throws QdrantError 400 where the headers announce no form */
function openForm({ headers }: IncomingMessage): busboy.Busboy {
  try {
    return busboy({ headers, limits: { files: 1 } });
  } catch (error) {
    throw unreadable(error);
  }
}

const unreadable = (error: unknown): QdrantError =>
  badRequest(`Can not read the multipart form: ${error instanceof Error ? error.message : String(error)}`);
