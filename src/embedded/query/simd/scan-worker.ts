/** What a scan thread of the pool runs (query/simd/pooled-search.ts). */
import { type SlotScore } from "../top-k";
import { BlockScanner, type ScanTask } from "./block-scan";

const scanner = new BlockScanner();

export default function scan(task: ScanTask): SlotScore[] {
  const steps = scanner.scan(task);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
