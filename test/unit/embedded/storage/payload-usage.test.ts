/** The room that payloads take, in blocks of 128 bytes. */
import { PayloadUsage } from "../../../../src/embedded/storage/payload-usage";

/** As for a new collection. */
function counted(now: () => number = () => 0): PayloadUsage {
  const usage = new PayloadUsage(now);
  usage.finish();
  return usage;
}

it("counts whole blocks of UTF-8, and none for no payload", () => {
  const usage = counted();
  expect(usage.bytes(1000)).toBe(0);
  usage.replaced(0, "", "x");
  expect(usage.bytes(1000)).toBe(128);
  usage.replaced(1, "", "ä".repeat(65));
  expect(usage.bytes(1000)).toBe(384);
});

it("counts what was replaced or deleted until the next flush", () => {
  let nowMs = 0;
  const usage = counted(() => nowMs);
  usage.replaced(0, "", "x");
  usage.replaced(0, "x", "y");
  usage.replaced(0, "y", "");
  expect(usage.bytes(1000)).toBe(2 * 128);
  nowMs = 1000;
  expect(usage.bytes(1000)).toBe(0);
});

it("counts each payload once, whatever changes while it counts", () => {
  const usage = new PayloadUsage(() => 0);
  usage.count(0, "a");
  usage.count(2, "b");
  usage.replaced(1, "", "c");
  usage.replaced(3, "", "d");
  usage.count(3, "d");
  usage.finish();
  usage.replaced(4, "", "e");
  expect(usage.bytes(1000)).toBe(5 * 128);
});
