/** The few calls of Inlet that ingesting needs. */
import { setTimeout as wait } from "node:timers/promises";
import { COLLECTION, settings } from "./settings.js";

const MOST_TRIES = 8;

/** One call. Waits and sends again where Inlet is busy or away; anything else is the caller's to judge. */
async function call(method, path, body) {
  for (let tries = 1; ; tries++) {
    const response = await fetch(`${settings.inletUrl}/v1/collections/${COLLECTION}/documents${path}`, {
      method,
      headers: {
        authorization: `Bearer ${settings.apiKey}`,
        "x-namespace": settings.namespace,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    }).catch((error) => {
      throw new Error(`Inlet does not answer at ${settings.inletUrl} (${error.cause?.code ?? error.message}).`);
    });
    if ((response.status === 429 || response.status === 503) && tries < MOST_TRIES) {
      await response.body?.cancel();
      await wait(1000 * Number(response.headers.get("retry-after") ?? 1));
      continue;
    }
    return { status: response.status, body: await response.json() };
  }
}

const refused = ({ status, body }) => new Error(`Inlet answered ${status}: ${JSON.stringify(body.error ?? body)}`);

/** Creates a document, or replaces the one that stands under its id with other content. The same document again is no change. */
export async function putDocument(document) {
  const created = await call("POST", "", document);
  if (created.status === 200) return;
  if (created.status !== 409) throw refused(created);
  await deleteDocument(document.document_id);
  const replaced = await call("POST", "", document);
  if (replaced.status !== 200) throw refused(replaced);
}

/** True where it was there. */
export async function deleteDocument(id) {
  const deleted = await call("DELETE", `/${id}`);
  if (deleted.status !== 200 && deleted.status !== 404) throw refused(deleted);
  return deleted.status === 200;
}
