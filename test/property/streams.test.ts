/** Splitting a byte stream into documents: the same whatever the chunks are, and nothing but the documents. */
import fc from "fast-check";

import { readElements } from "../../src/streams/json-array";
import { readLines } from "../../src/streams/ndjson";

async function* inChunks(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function gathered(pieces: AsyncIterable<{ bytes?: Buffer; tooLong?: number }>): Promise<unknown[]> {
  const read: unknown[] = [];
  for await (const { bytes, tooLong } of pieces)
    read.push(bytes === undefined ? { tooLong } : JSON.parse(bytes.toString()));
  return read;
}

const values = fc.array(
  fc.oneof(fc.jsonValue(), fc.string({ unit: "binary" }), fc.constantFrom('"]', "\\", '{"a":[', "\n")),
);
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const indent = fc.constantFrom(undefined, 2, "\t");

it("finds the elements of any array, bare or in its object", async () => {
  await fc.assert(
    fc.asyncProperty(values, sizes, indent, fc.boolean(), async (elements, chunks, space, bare) => {
      const text = JSON.stringify(bare ? elements : { documents: elements }, undefined, space);
      const read = await gathered(readElements(inChunks(Buffer.from(text), chunks), "documents", 1 << 20));
      expect(read).toEqual(JSON.parse(JSON.stringify(elements)));
    }),
  );
});

it("refuses every array that is cut off", async () => {
  await fc.assert(
    fc.asyncProperty(values, sizes, fc.double({ min: 0, max: 1, noNaN: true }), async (elements, chunks, share) => {
      const bytes = Buffer.from(JSON.stringify({ documents: elements }));
      const cut = bytes.subarray(0, Math.min(bytes.length - 1, Math.floor(share * bytes.length)));
      const pieces = readElements(inChunks(cut, chunks), "documents", 1 << 20);
      const toTheEnd = async (): Promise<void> => {
        while ((await pieces.next()).done !== true);
      };
      await expect(toTheEnd()).rejects.toMatchObject({ status: 400, code: "invalid_json" });
    }),
  );
});

it("finds the lines of any NDJSON", async () => {
  await fc.assert(
    fc.asyncProperty(values, sizes, fc.constantFrom("\n", "\r\n", "\n \t\n"), async (lines, chunks, end) => {
      const text = lines.map((each) => JSON.stringify(each)).join(end);
      const read = await gathered(readLines(inChunks(Buffer.from(text), chunks), 1 << 20));
      expect(read).toEqual(JSON.parse(JSON.stringify(lines)));
    }),
  );
});

it("skips what is too long, tells its length and goes on behind it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 30, max: 500 }), sizes, async (length, chunks) => {
      const long = "x".repeat(length);
      const expected = [1, { tooLong: length + 2 }, 2];
      const lines = Buffer.from(`1\n"${long}"\n2`);
      expect(await gathered(readLines(inChunks(lines, chunks), 20))).toEqual(expected);
      const array = Buffer.from(`[1,"${long}",2]`);
      expect(await gathered(readElements(inChunks(array, chunks), "documents", 20))).toEqual(expected);
    }),
  );
});
