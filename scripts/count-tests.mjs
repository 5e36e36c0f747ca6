/** Prints `N passed, N failed` from jest's own JSON report (argument 1) and pytest's JUnit report (argument 2, where the
 *  client's tests were run). A test file that could not be run at all counts as one failure. Without jest's report both
 *  counts are 0: lint, types or the build stopped the run before jest. */
import { existsSync, readFileSync } from "node:fs";

const [jestReport, junitReport] = process.argv.slice(2);
const textOf = (path) => (path !== undefined && existsSync(path) ? readFileSync(path, "utf8") : "");

function jestCounts(text) {
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(text);
  return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
}

function junitCounts(text) {
  const sum = (name) =>
    [...text.matchAll(/<testsuite\b[^>]*>/g)].reduce(
      (total, [tag]) => total + Number(new RegExp(`\\b${name}="(\\d+)"`).exec(tag)?.[1] ?? 0),
      0,
    );
  const failed = sum("errors") + sum("failures");
  return { passed: sum("tests") - failed - sum("skipped"), failed };
}

const jestText = textOf(jestReport);
if (jestText === "") {
  console.log("No test was run: the test command stopped before that.");
  console.log("0 passed, 0 failed");
} else {
  const counts = [jestCounts(jestText), junitCounts(textOf(junitReport))];
  const sum = (name) => counts.reduce((total, each) => total + each[name], 0);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
}
