/** Every figure of the embedded engine's speed, one benchmark after the other, each in a process of its own:
 *
 *    npm run bench:embedded
 *
 *  Each figure is a ratio to something measured in the same run, with its median and, in brackets, the middle half of what was
 *  measured. Takes about half an hour on two cores; nothing else should run meanwhile. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { run } from "./measure";

const PARTS: [file: string, ...args: string[]][] = [
  ["search"],
  ["upsert"],
  ["graph"],
  ["upsert", "--points", "1000000", "--size", "128"],
];

run(async () => {
  for (const [file, ...args] of PARTS) {
    const child = spawn(process.execPath, [join(__dirname, `${file}.js`), ...args], { stdio: "inherit" });
    const [code] = (await once(child, "exit")) as [number | null];
    if (code !== 0) throw new Error(`${file} ${args.join(" ")} ended with ${code}`);
  }
  return [];
});
