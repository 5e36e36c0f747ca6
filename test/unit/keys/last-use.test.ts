import { type KeyRecord } from "../../../src/control/records";
import { LastUse, type LastUseOptions } from "../../../src/keys/last-use";

const record: KeyRecord = {
  hash: "h",
  prefix: "sk_",
  key_id: "key_1",
  organisation_id: "org_1",
  user_id: "ada@example.com",
  name: "ingest",
  permissions: ["read"],
  status: "active",
  created_by: "key_0",
  created_at: "2026-01-01T00:00:00.000Z",
  updated_at: "2026-01-01T00:00:00.000Z",
};
const at = (second: number): string => new Date(Date.UTC(2026, 0, 2, 0, 0, second)).toISOString();
const signal = new AbortController().signal;

/** One record, or none, and a Qdrant that may be away. */
function setUp(stored: KeyRecord | undefined, flushAfterMs = 60_000) {
  const state = { stored, away: false, writes: 0, second: 0, failures: 0 };
  let onWrite = (): void => undefined;
  const update: LastUseOptions["control"]["update"] = async (_kind, _key, change) => {
    if (state.away) throw new Error("away");
    if (state.stored === undefined) return undefined;
    const changed = change({ ...state.stored } as never) as KeyRecord | undefined;
    if (changed !== undefined) {
      state.stored = changed;
      state.writes += 1;
      onWrite();
    }
    return undefined;
  };
  const lastUse = new LastUse({
    control: { update },
    now: () => new Date(at(state.second)),
    flushAfterMs,
    onFailure: () => void (state.failures += 1),
  });
  const written = new Promise<void>((resolve) => (onWrite = resolve));
  return { state, lastUse, written };
}

it("writes many uses once, by itself after a while, and shows the last one meanwhile", async () => {
  const { state, lastUse, written } = setUp(record, 5);
  for (let second = 0; second < 50; second += 1) {
    state.second = second;
    lastUse.note("h");
  }
  expect(lastUse.latest("h", undefined)).toBe(at(49));
  await written;
  expect(state).toMatchObject({ writes: 1, stored: { last_used_at: at(49) } });
});

it("never goes back behind a later use that another replica has written", async () => {
  const { state, lastUse } = setUp({ ...record, last_used_at: at(30) });
  state.second = 10;
  lastUse.note("h");
  expect(lastUse.latest("h", at(30))).toBe(at(30));
  await lastUse.flush(signal);
  expect(state).toMatchObject({ writes: 0, stored: { last_used_at: at(30) } });
});

it("keeps uses while Qdrant is away, says so once, and writes them later", async () => {
  const { state, lastUse } = setUp(record);
  state.away = true;
  lastUse.note("h");
  lastUse.note("another");
  await lastUse.flush(signal);
  expect(state).toMatchObject({ failures: 1, writes: 0 });
  state.away = false;
  await lastUse.flush(signal);
  expect(state.stored).toMatchObject({ last_used_at: at(0) });
  await lastUse.flush(signal);
  expect(state.writes).toBe(1);
});

it("makes no record for a key that is gone", async () => {
  const { state, lastUse } = setUp(undefined);
  lastUse.note("h");
  await lastUse.flush(signal);
  expect(state.stored).toBeUndefined();
});

it("ends in the time that it is given, whatever Qdrant does", async () => {
  const hanging = new LastUse({
    control: { update: () => new Promise(() => undefined) },
    now: () => new Date(),
    flushAfterMs: 60_000,
    onFailure: (error) => expect(error).toEqual(new Error("time is over")),
  });
  hanging.note("h");
  const time = new AbortController();
  const closing = hanging.close(time.signal);
  time.abort(new Error("time is over"));
  await closing;
  expect.assertions(1);
});
