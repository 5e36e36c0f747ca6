import { Rates } from "../../../../src/embedded/rates";
import { refusal } from "./json";

const at = (): { clock: { ms: number }; rates(isNew: boolean): Rates } => {
  const clock = { ms: 0 };
  return { clock, rates: (isNew) => new Rates(isNew, () => clock.ms) };
};

describe("a rate", () => {
  it("allows a minute's worth at once, then as it refills", () => {
    const { clock, rates } = at();
    const { read } = rates(false);
    read.take(2, 1);
    read.take(2, 1);
    expect(refusal(() => read.take(2, 1))).toEqual({
      status: 429,
      text:
        "Rate limiting exceeded: Read rate limit exceeded: Operation requires 1 tokens but only 0.0 were available. " +
        "Retry after 30s",
    });
    clock.ms = 30_000;
    read.take(2, 1);
    expect(refusal(() => read.take(2, 1)).status).toBe(429);
  });

  it("counts the making of the collection as a write", () => {
    const { rates } = at();
    expect(refusal(() => rates(true).write.take(1, 1)).text).toContain("Retry after 60s");
  });

  it("starts full under another limit", () => {
    const { rates } = at();
    const { write } = rates(true);
    write.take(3, 2);
    write.take(4, 4);
  });

  it("starts full again when strict mode is changed", () => {
    const rates = new Rates(true, () => 0);
    expect(refusal(() => rates.write.take(1, 1)).status).toBe(429);
    rates.refill();
    rates.write.take(1, 1);
  });

  it("never takes more than it can hold", () => {
    const { rates } = at();
    expect(refusal(() => rates(false).write.take(10, 11)).text).toContain("please try to split your request");
  });
});
