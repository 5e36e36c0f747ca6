/** The best k points by any score, by looking at every candidate, in slices. */
import { type Slot } from "../model/table";
import { type Similarity } from "./similarity";
import { Slices } from "./slices";
import { TopK, type SlotScore } from "./top-k";

/** Enough that reading the clock does not count, few enough that one stretch of heavy scores stays short. */
const SCORES_PER_LOOK = 64;

/** @param candidates each at most once @param score undefined: not a result @returns best first */
export async function bestOf(candidates: Iterable<Slot>, score: Similarity, k: number): Promise<SlotScore[]> {
  const best = new TopK(k);
  const slices = new Slices();
  let scored = 0;
  for (const slot of candidates) {
    const value = score(slot);
    if (value !== undefined) best.push(slot, value);
    if (++scored % SCORES_PER_LOOK === 0 && slices.isUsedUp) await slices.next();
  }
  return best.sorted();
}
