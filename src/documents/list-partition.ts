/** Parts of a namespace by ranges of point ids: disjoint, together whole, the same whatever is written meanwhile. UUIDv5 ids
 *  are spread evenly, so the parts are about as large. Pure. */

export interface IdRange {
  /** The first id, and the one before which the part ends; undefined: without an end on that side. */
  from: string | undefined;
  until: string | undefined;
}

const SPACE = 2 ** 32;

const idAt = (share: number): string =>
  `${Math.floor(share * SPACE)
    .toString(16)
    .padStart(8, "0")}-0000-0000-0000-000000000000`;

/** The part `index` (from 0) of `count`. Ids that are numbers, which others have written, lie before all uuids and so in the
 *  first part. */
export const partOf = ({ index, count }: { index: number; count: number }): IdRange => ({
  from: index === 0 ? undefined : idAt(index / count),
  until: index === count - 1 ? undefined : idAt((index + 1) / count),
});
