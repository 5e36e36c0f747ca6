/** Bodies and query strings of snapshot calls. */
import { type IncomingMessage } from "node:http";
import { type Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import busboy from "busboy";
import { badRequest, formatError, notImplemented } from "../../errors";
import { type Decoder, object, oneOf, string } from "../decode";

export interface RecoverRequest {
  /** A path of this machine. */
  path: string;
  checksum: string | undefined;
}

const PRIORITIES = ["no_sync", "snapshot", "replica"] as const;

/** `location` is a file URL; one node has no replicas, so that `priority` changes nothing. */
export const recoverRequest: Decoder<RecoverRequest> = object((fields) => {
  const location = fields.required("location", string);
  fields.optional("priority", oneOf(...PRIORITIES));
  fields.optional("api_key", string);
  return { path: pathOf(location), checksum: fields.optional("checksum", string) };
});

function pathOf(location: string): string {
  const url = URL.canParse(location) ? new URL(location) : undefined;
  if (url === undefined) throw formatError(`\`location\` is not a URL: ${location}`);
  if (url.protocol === "file:") return fileURLToPath(url);
  throw notImplemented(`snapshots from ${url.protocol} locations; upload the file instead`);
}

/** Hands the file of a multipart form to `take` as it comes in. @throws QdrantError 400 where there is no file */
export function takeUpload(request: IncomingMessage, take: (file: Readable) => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    let taken: Promise<void> | undefined;
    let form;
    try {
      form = busboy({ headers: request.headers, limits: { files: 1 } });
    } catch (error) {
      reject(badRequest(`Can not read the multipart form: ${error instanceof Error ? error.message : String(error)}`));
      return;
    }
    form.on("file", (_name, file) => {
      taken = take(file);
      taken.catch((error: unknown) => {
        file.resume();
        reject(error);
      });
    });
    form.on("error", (error) => reject(badRequest(`Can not read the multipart form: ${String(error)}`)));
    form.on("close", () => {
      if (taken === undefined) reject(badRequest("The multipart form has no file"));
      else taken.then(resolve, reject);
    });
    request.on("error", reject);
    request.pipe(form);
  });
}
