/** The container's health: whether the process answers. Qdrant's absence is not the process's fault, and a restart would not
 *  bring it back; that is /readyz. */
const answer = await fetch(`http://127.0.0.1:${process.env.PORT ?? 8080}/healthz`).catch(() => undefined);
process.exit(answer?.ok ? 0 : 1);
