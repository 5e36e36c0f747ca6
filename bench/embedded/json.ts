/** What reading a body without loss costs beside JSON.parse, and writing vectors beside JSON.stringify, on 256 x 768 floats.
 *
 *    npm run bench:embedded:json */
import { parseJson } from "../../src/embedded/json/parse";
import { writeJson } from "../../src/embedded/json/write";
import { randomNumbers, run, shown, timed } from "./measure";

const POINTS = 256;
const SIZE = 768;
const ROUNDS = 25;

const next = randomNumbers(1);
const KINDS: [string, () => number][] = [
  ["doubles", next],
  ["float32", () => Math.fround(next())],
  ["half zeros", () => Math.max(next(), 0)],
  ["integers", () => Math.round(next() * 200)],
];

const numbers = (make: () => number): number[] => Array.from({ length: SIZE }, make);

run(async () => {
  const lines: string[] = [];
  for (const [name, make] of KINDS) {
    const points = Array.from({ length: POINTS }, (_, id) => ({ id, vector: numbers(make), payload: { id } }));
    const body = Buffer.from(JSON.stringify({ points }));
    const plain = await timed(() => JSON.parse(body.toString()), ROUNDS);
    const lossless = await timed(() => parseJson(body, { packVectors: true }), ROUNDS);
    lines.push(`read ${name}: ${shown(lossless)}, ${(lossless / plain).toFixed(2)} x JSON.parse (${shown(plain)})`);
  }
  const rows = Array.from({ length: POINTS }, () => Float32Array.from(numbers(next)));
  const lists = rows.map((row) => Array.from(row));
  const plain = await timed(() => JSON.stringify(lists), ROUNDS);
  const shortest = await timed(() => writeJson(rows), ROUNDS);
  lines.push(`write float32: ${shown(shortest)}, ${(shortest / plain).toFixed(2)} x JSON.stringify (${shown(plain)})`);
  return lines;
});
