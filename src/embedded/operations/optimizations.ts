/** `GET /collections/{c}/optimizations`: there is nothing to optimise, so nothing runs, waits or is done, and every segment is
 *  idle. */
import { badInput, queryStringError } from "../errors";
import { type Route } from "../http/route";
import { type CollectionCatalog } from "../storage/catalog";
import { nameParam } from "./collections";
import { segmentsOf } from "./segments";

const OPTIONAL = ["queued", "completed", "idle_segments"] as const;

/** The parts of the answer that the caller asks for, as a list with commas. @throws QdrantError 400 for another part */
function wantedParts(query: URLSearchParams): ReadonlySet<string> {
  const wanted = (query.get("with") ?? "").split(",");
  for (const each of wanted) {
    if (each.trim() === "" || OPTIONAL.some((known) => known === each.trim())) continue;
    throw badInput(`Unknown field in 'with' parameter: ${each}`);
  }
  return new Set(wanted.map((each) => each.trim()));
}

export const optimizationRoutes: Route<CollectionCatalog>[] = [
  {
    method: "GET",
    path: "/collections/:collection/optimizations",
    access: "read",
    handle: (request, catalog) => {
      const { query } = request;
      const limit = query.get("completed_limit");
      if (limit !== null && !/^\+?[0-9]+$/.test(limit)) throw queryStringError("invalid digit found in string");
      const wanted = wantedParts(query);
      const idle = segmentsOf(catalog.stored(nameParam(request)));
      return Promise.resolve({
        summary: { queued_optimizations: 0, queued_segments: 0, queued_points: 0, idle_segments: idle.length },
        running: [],
        queued: wanted.has("queued") ? [] : undefined,
        completed: wanted.has("completed") ? [] : undefined,
        idle_segments: wanted.has("idle_segments")
          ? idle.map(({ uuid, pointCount }) => ({ uuid, points_count: pointCount }))
          : undefined,
      });
    },
  },
];
