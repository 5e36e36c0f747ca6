/** Recorded answers that the embedded engine does not give, each with the reason; docs/embedded.md lists them for readers. The
 *  replay fails on a difference that is not here, and on an entry that is no longer needed. */
export interface Unmatched {
  conversation: string;
  /** The step's name. */
  step: string;
  reason: string;
}

export const unmatched: readonly Unmatched[] = [];
