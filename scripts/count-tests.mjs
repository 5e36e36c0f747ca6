/** Prints `N passed, N failed` from jest's own JSON report (argument 1). A test file that could not be run at all counts as
 *  one failure. Without a report both counts are 0: lint, types or the build stopped the run before jest. */
import { readFileSync } from "node:fs";

const text = readFileSync(process.argv[2], "utf8");
if (text === "") {
  console.log("No test was run: the test command stopped before that.");
  console.log("0 passed, 0 failed");
} else {
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(text);
  console.log(`${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed`);
}
