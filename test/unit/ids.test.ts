import { DOCUMENT_ID_PATTERN, idMaker, pointIdOf } from "../../src/ids";

describe("ids", () => {
  it("derives a document's point as any UUIDv5 does", () => {
    // python3 -c 'import uuid; print(uuid.uuid5(uuid.UUID("5d0c5b1e-6a0f-4d5c-9f6e-1f4b2a7c8e90"), "doc_a"))'
    expect(pointIdOf("doc_a")).toBe("acef77a7-a8f2-53ff-a404-a2279b6e25b8");
  });

  it("makes document ids that sort by time, also within a millisecond and when the clock steps back", () => {
    const times = [1_000, 1_000, 1_000, 999, 2_000];
    const ids = idMaker(() => times.shift() ?? 3_000);
    const made = [ids.document(), ids.document(), ids.document(), ids.document(), ids.document(), ids.document()];
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
    for (const id of made) expect(id).toMatch(/^doc_[0-9a-f]{24}$/);
    expect(made[0]).toMatch(new RegExp(DOCUMENT_ID_PATTERN));
  });

  it("makes the other ids of 12 lower-case alphanumerics", () => {
    const ids = idMaker(() => 1);
    expect(ids.namespace()).toMatch(/^ns_[0-9a-z]{12}$/);
    expect(ids.organisation()).toMatch(/^org_[0-9a-z]{12}$/);
    expect(ids.collection()).toMatch(/^col_[0-9a-z]{12}$/);
  });
});
