import { readFileSync } from "node:fs";
import { join } from "node:path";
import { unmatched } from "../../contract/unmatched";

test("docs/embedded.md lists the recorded answers that are not matched, and no others", () => {
  const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "embedded.md"), "utf8");
  const listed = [...page.matchAll(/^\| `(\w+)` +\| (.*?) +\|/gm)].map(([, conversation, step]) => ({
    conversation,
    step,
  }));
  expect(listed).toEqual(unmatched.map(({ conversation, step }) => ({ conversation, step })));
});
