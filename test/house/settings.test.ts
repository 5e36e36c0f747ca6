import { readFileSync } from "node:fs";
import { join } from "node:path";

import { SETTINGS } from "../../src/config";

const readme = readFileSync(join(__dirname, "..", "..", "README.md"), "utf8");

const section = /^## Settings$([\s\S]*?)^## /m.exec(readme)?.[1] ?? "";

/** The rows of the README's settings table: name, default, meaning. */
const rows = [...section.matchAll(/^\| `([A-Z0-9_]+)` +\| *(.*?) *\| *(.*?) *\|$/gm)].map(
  ([, name = "", fallback = "", meaning = ""]) => ({ name, fallback: fallback.replaceAll("`", ""), meaning }),
);

it("lists every setting in the README as config.ts has it", () => {
  expect(rows).toEqual(SETTINGS.map(({ name, fallback, meaning }) => ({ name, fallback, meaning })));
});
