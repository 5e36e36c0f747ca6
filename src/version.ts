/** The version in package.json, which lies one folder above this file, in src and in dist alike. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export function readVersion(): string {
  const text = readFileSync(join(__dirname, "..", "package.json"), "utf8");
  const { version }: { version: string } = JSON.parse(text);
  return version;
}
