/** Searches documents by their vectors. request.ts reads what is asked, query.ts makes it Qdrant's, this one asks. */
import { type Presigner } from "../blobs/presigner";
import { type Wanted } from "../documents/answer";
import { type Placement, type Scope } from "../documents/placement";
import { InletError, validationError } from "../errors";
import { pointIdOf } from "../ids";
import { type Namespace, type NamespaceResolver } from "../namespaces/namespace";
import { type PointReader, type PointSearch, type ScoredPoint, type SentQuery } from "../qdrant/gateway";
import { checkFit, namedDocuments, type NamedQuery, qdrantQueryOf, type SearchPlan, withSchemas } from "./query";
import { rankedPage } from "./ranking";
import { readQueries, type VectorQuery } from "./request";
import { type Hit, hitsOf, readDocuments } from "./results";
import { DEFAULT_CANDIDATES, DEFAULT_LIMIT, MAX_GROUPS, type NamespaceSearchRequest } from "./schemas";
import { fieldPath, type SearchFilters } from "./filters";
import { selection } from "../documents/select";

export interface SearchDeps {
  placement: Placement;
  resolver: Pick<NamespaceResolver, "vectors">;
  reader: PointReader & PointSearch;
  filters: SearchFilters;
  presigner: Presigner;
}

export interface SearchResult {
  results?: Hit[];
  groups?: { group_key: string | number; results: Hit[] }[];
  next_offset: number | null;
  explain?: { qdrant: SentQuery };
}

interface Found {
  points: ScoredPoint[];
  groups?: { key: string | number; points: ScoredPoint[] }[];
  more: boolean;
  sent: SentQuery;
}

/** Fused groups are asked for in steps, since Qdrant takes more candidates for more groups, and these change the scores. */
const FUSED_GROUPS_STEP = 100;

export class SearchService {
  constructor(private readonly deps: SearchDeps) {}

  /** Searches one collection, or the namespace. The request is one that schema and inspectSearch have found right.
   *  @throws InletError 404, 422, 503 */
  async search(
    scope: Scope,
    collectionName: string | undefined,
    request: NamespaceSearchRequest,
  ): Promise<SearchResult> {
    const { placement, filters, reader, presigner } = this.deps;
    const namespace = await placement.namespace(scope);
    const collectionIds =
      collectionName === undefined
        ? await this.collectionIds(scope, namespace, request.collection_ids)
        : [(await placement.collection(scope, namespace, collectionName)).id];
    const fusion = request.fusion ?? "rrf";
    const queries = await this.named(scope, namespace, readQueries(request.queries, []));
    checkFit(queries, fusion);
    await this.checkExamples(scope, namespace, queries);
    const filter = await filters.filter(namespace, collectionIds, request.filters ?? undefined, scope.signal);
    const plan: SearchPlan = {
      queries,
      fusion,
      candidates: request.candidates ?? DEFAULT_CANDIDATES,
      filter,
      scoreThreshold: request.score_threshold ?? undefined,
      exact: request.exact ?? undefined,
    };
    const found = await this.found(scope, namespace, plan, request);
    const documents = await readDocuments(found.points, {
      reader,
      presigner,
      collection: namespace.id,
      wanted: wantedOf(request),
      select: selection(request.select ?? undefined),
      signal: scope.signal,
    });
    const next = (request.offset ?? 0) + limitOf(request);
    return {
      ...(found.groups === undefined
        ? { results: hitsOf(found.points, documents) }
        : {
            groups: found.groups.map(({ key, points }) => ({ group_key: key, results: hitsOf(points, documents) })),
          }),
      next_offset: found.more ? next : null,
      ...(request.explain === true ? { explain: { qdrant: found.sent } } : {}),
    };
  }

  private async found(
    scope: Scope,
    namespace: Namespace,
    plan: SearchPlan,
    request: NamespaceSearchRequest,
  ): Promise<Found> {
    const page = { offset: request.offset ?? 0, limit: limitOf(request) };
    const options = { signal: scope.signal };
    const field = request.group_by ?? undefined;
    if (field === undefined) {
      const query = qdrantQueryOf(plan);
      return await rankedPage((limit) => this.deps.reader.query(namespace.id, { ...query, limit }, options), page);
    }
    const size = request.group_size ?? 1;
    const end = page.offset + page.limit;
    // One more tells whether there is another page.
    const limit = plan.queries.length === 1 ? end + 1 : end < FUSED_GROUPS_STEP ? FUSED_GROUPS_STEP : MAX_GROUPS + 1;
    const query = qdrantQueryOf(plan, limit * size);
    const { groups, sent } = await this.deps.reader.queryGroups(
      namespace.id,
      { ...query, limit, group_by: fieldPath(field, "group_by"), group_size: size },
      options,
    );
    const shown = groups.slice(page.offset, end);
    return { points: shown.flatMap(({ points }) => points), groups: shown, more: groups.length > end, sent };
  }

  /** A name that another process has just made is looked for once more. */
  private async named(scope: Scope, namespace: Namespace, queries: readonly VectorQuery[]): Promise<NamedQuery[]> {
    const { signal } = scope;
    const { resolver } = this.deps;
    const known = await resolver.vectors(namespace, { signal });
    const missing = queries.some(({ vectorName }) => vectorName !== undefined && !known.has(vectorName));
    return withSchemas(queries, missing ? await resolver.vectors(namespace, { signal, fresh: true }) : known);
  }

  /** @throws InletError 422 for examples that are not there or lack the vector */
  private async checkExamples(scope: Scope, namespace: Namespace, queries: readonly NamedQuery[]): Promise<void> {
    const wanted = namedDocuments(queries);
    if (wanted.length === 0) return;
    const points = await this.deps.reader.retrieve(
      namespace.id,
      [...new Set(wanted.map(({ documentId }) => pointIdOf(documentId)))],
      { payload: false, vectors: [...new Set(wanted.map(({ vectorName }) => vectorName))] },
      { signal: scope.signal },
    );
    const vectorsOf = new Map(points.map(({ id, vector }) => [id, vector]));
    const faults = wanted.flatMap(({ path, documentId, vectorName }) => {
      const vectors = vectorsOf.get(pointIdOf(documentId));
      if (vectors === undefined) return [{ path, message: `names no document of the namespace: ${documentId}` }];
      return vectorName in vectors ? [] : [{ path, message: `names ${documentId}, which has no vector ${vectorName}` }];
    });
    if (faults.length > 0) throw validationError(faults);
  }

  /** @throws InletError 422 that names those that are not there */
  private async collectionIds(
    scope: Scope,
    namespace: Namespace,
    names: readonly string[] | null | undefined,
  ): Promise<string[] | undefined> {
    if (names === null || names === undefined) return undefined;
    const ids: string[] = [];
    for (const [index, name] of names.entries()) {
      try {
        ids.push((await this.deps.placement.collection(scope, namespace, name)).id);
      } catch (error) {
        if (!(error instanceof InletError) || error.status !== 404) throw error;
        const message = `names no collection of this namespace: ${name}`;
        throw validationError([{ path: `collection_ids[${index}]`, message }]);
      }
    }
    return [...new Set(ids)].sort();
  }
}

const limitOf = ({ limit, page_size: size }: NamespaceSearchRequest): number => limit ?? size ?? DEFAULT_LIMIT;

const wantedOf = (request: NamespaceSearchRequest): Wanted => ({
  vectors: request.return_vectors ?? false,
  vectorNames: request.return_vector_names ?? false,
  presignedUrls: (request.return_url ?? false) || (request.return_presigned_urls ?? false),
});
