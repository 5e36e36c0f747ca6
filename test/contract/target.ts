/** A Qdrant that the suites talk to, and one call of it. */
export interface ContractTarget {
  url: string;
  apiKey?: string;
}

export interface ContractAnswer {
  status: number;
  text: string;
}

/** Text is sent as it is, a form as a form, anything else as JSON. */
export async function request(
  { url, apiKey }: ContractTarget,
  method: string,
  path: string,
  body?: unknown,
): Promise<ContractAnswer> {
  const isForm = body instanceof FormData;
  const sent = isForm || body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(url + path, {
    method,
    body: sent,
    headers: {
      ...(sent === undefined || isForm ? {} : { "content-type": "application/json" }),
      ...(apiKey === undefined ? {} : { "api-key": apiKey }),
    },
  });
  return { status: response.status, text: await response.text() };
}

/** The bytes of a download. @throws Error where it is refused */
export async function download({ url, apiKey }: ContractTarget, path: string): Promise<Blob> {
  const response = await fetch(url + path, { headers: apiKey === undefined ? {} : { "api-key": apiKey } });
  if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
  return response.blob();
}
