/** Translates filters for one Qdrant collection, as its payload indexes ask for it. An index of one type is blind to numbers
 *  or dates of another, and Qdrant 1.18 then answers a range from the index alone:
 *  - Under a datetime index numbers are not seen, under an integer or float index dates are not: Inlet judges these.
 *    Nor is a text that looks like a uuid, under any of the three.
 *  - Under an integer index 5.5 and 5.0 are not seen. Documents that may have such a number are asked for first; mostly there
 *    are none, and Qdrant's own answer is right. */
import { type Admin, type PointReader, type QdrantFilter } from "../qdrant/gateway";
import { parseField, qdrantPath } from "./field";
import { EVERYTHING, type Filter } from "./filter";
import { parseFilters } from "./parse";
import { joined } from "./scan";
import { blindUnder, doubtful, type Indexes, NO_INDEXES, translateParsed, type Translated } from "./translate";

export interface About {
  /** The Qdrant collection. */
  collection: string;
  /** What the request is about at most, as `scoped` gives it. */
  scope: QdrantFilter | undefined;
  signal: AbortSignal;
}

export class FilterTranslator {
  constructor(private readonly reader: Pick<PointReader, "count"> & Pick<Admin, "describeCollection">) {}

  /** null and undefined let everything through. @throws InletError 422 for filters that mean nothing */
  async translate(filters: unknown, about: About): Promise<Translated> {
    const filter = filters === undefined || filters === null ? EVERYTHING : parseFilters(filters);
    return translateParsed(filter, await this.indexesFor(filter, about));
  }

  private async indexesFor(filter: Filter, about: About): Promise<Indexes> {
    const keys = askedKeys(filter);
    if (keys.size === 0) return NO_INDEXES;
    const { collection, signal } = about;
    const description = await this.reader.describeCollection(collection, { signal });
    const types = new Map([...(description?.indexTypes ?? [])].map(([path, type]) => [canonical(path), type]));
    const integers = [...keys].filter(([key, ranged]) => ranged && types.get(key) === "integer").map(([key]) => key);
    const doubts = await Promise.all(
      integers.map((key) => this.reader.count(collection, joined([about.scope, doubtful(key)]), { signal })),
    );
    return {
      types,
      doubted: new Set(integers.filter((_, index) => doubts[index] !== 0)),
      texts: new Map(
        [...(description?.indexParams ?? [])].flatMap(([path, params]) => {
          const key = canonical(path);
          return types.get(key) === "text" ? [[key, params] as const] : [];
        }),
      ),
    };
  }
}

/** Qdrant's paths, whichever way they are written. */
function canonical(path: string): string {
  const field = path.startsWith("metadata.") ? undefined : parseField(path);
  return field === undefined ? path : qdrantPath(field.steps);
}

/** The paths where an index matters, and whether for numbers or dates. */
function askedKeys(filter: Filter, found = new Map<string, boolean>()): Map<string, boolean> {
  switch (filter.kind) {
    case "and":
    case "or":
      for (const part of filter.of) askedKeys(part, found);
      break;
    case "not":
      askedKeys(filter.of, found);
      break;
    case "condition": {
      const key = qdrantPath(filter.field.steps);
      const ranged = blindUnder(filter.test).length > 0;
      if (ranged || filter.test.kind === "words") found.set(key, ranged || found.get(key) === true);
      break;
    }
    case "native":
      break;
  }
  return found;
}
