/** Recorded answers that the embedded engine does not give, each with the reason; docs/embedded.md lists them for readers. The
 *  replay fails on a difference that is not here, and on an entry that is no longer needed. */
export interface Unmatched {
  conversation: string;
  /** The step's name. */
  step: string;
  reason: string;
}

const EMPTIED_VALUES =
  "An exact facet of the server also lists, with count 0, values that no point has any more, until it rebuilds the segment.";

export const unmatched: readonly Unmatched[] = [
  { conversation: "facet", step: "indexed: facet after a point was replaced, exact true", reason: EMPTIED_VALUES },
  { conversation: "facet", step: "indexed: facet after clear by filter, exact true", reason: EMPTIED_VALUES },
  {
    conversation: "payload_ops",
    step: "index: o.l[].v 11 no more",
    reason: "When a payload key is deleted, the server leaves the indexes of paths below that key as they were.",
  },
];
