/** What the terminal shows once the service is ready. Pure. */

export interface BannerFacts {
  url: string;
  qdrantUrl: string;
  /** undefined: Qdrant is elsewhere. */
  dataDir: string | undefined;
  /** Given only when it was made just now; it can't be shown again. */
  newOperatorKey: string | undefined;
  workers: number;
}

export function banner({ url, qdrantUrl, dataDir, newOperatorKey, workers }: BannerFacts): string {
  const lines = [
    "",
    "Inlet is ready.",
    `  API      ${url}${workers > 1 ? `  (${workers} processes)` : ""}`,
    `  Docs     ${url}/docs`,
    `  Qdrant   ${qdrantUrl}${dataDir === undefined ? "" : "  (embedded; any Qdrant client connects here)"}`,
    ...(dataDir === undefined ? [] : [`  Data     ${dataDir}`]),
  ];
  if (newOperatorKey !== undefined) lines.push("", ...newKey(url, newOperatorKey));
  return `${lines.join("\n")}\n\n`;
}

/** The key, and a request that works as it is pasted. */
export function newKey(url: string, key: string): string[] {
  return [
    "The operator's API key, made now and shown only this once (INLET_ROOT_KEY sets one of your own):",
    `  ${key}`,
    "",
    "Try it:",
    `  curl -s ${url}/v1/collections/talks/documents \\`,
    `    -H 'Authorization: Bearer ${key}' -H 'X-Namespace: demo' -H 'Content-Type: application/json' \\`,
    `    -d '{"metadata": {"title": "A talk"}, "vectors": {"embedding": [0.1, 0.2, 0.3, 0.4]}}'`,
  ];
}
