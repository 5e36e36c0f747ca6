/** Replays the recorded conversations with Qdrant 1.18.3: at the embedded engine always, at a container of the real server
 *  where this run has one, and at INLET_TEST_EMPTY_QDRANT_URL where that names a Qdrant with nothing in it. */
import { backend } from "../support/backend";
import { qdrantImage } from "../support/backend-start";
import { startQdrantContainer } from "../support/container";
import { startTemporaryEngine } from "../support/engine";
import { compare } from "./compare";
import { type Conversation, conversations, send } from "./conversation";
import { unmatched } from "./unmatched";

const KEYS = { apiKey: "full-key-0123456789", readOnlyApiKey: "read-key-0123456789" };

interface Target {
  name: string;
  /** Whether this is our own engine, whose known differences are listed. */
  ours: boolean;
  start(keys?: typeof KEYS): Promise<{ url: string; stop(): Promise<void> }>;
}

/** The real server in a container of its own, since the conversations look at everything that is there. */
const server: Target = {
  name: "a container of Qdrant",
  ours: false,
  start: (keys) =>
    startQdrantContainer(
      qdrantImage(process.env),
      keys && { QDRANT__SERVICE__API_KEY: keys.apiKey, QDRANT__SERVICE__READ_ONLY_API_KEY: keys.readOnlyApiKey },
    ),
};
const engine: Target = { name: "the embedded engine", ours: true, start: (keys) => startTemporaryEngine(keys) };

const targets = backend().kind === "container" ? [engine, server] : [engine];

/** Replays one conversation; the differences, as lines to read. */
async function differences(url: string, conversation: Conversation, ours: boolean): Promise<string[]> {
  const lines: string[] = [];
  const known = ours ? unmatched.filter((each) => each.conversation === conversation.name) : [];
  const met = new Set<string>();
  for (const step of conversation.steps) {
    const found = compare(step, await send(url, step));
    if (!found) continue;
    if (known.some((each) => each.step === step.name)) met.add(step.name);
    else lines.push(`${step.name} · ${step.do}\n    ${found.kind}: ${found.text}`);
  }
  for (const { step } of known) {
    if (!met.has(step)) lines.push(`${step}: answers as recorded, so its entry in unmatched.ts can go`);
  }
  return lines;
}

function replay(
  folder: Parameters<typeof conversations>[0],
  ours: boolean,
  start: () => Promise<{ url: string; stop(): Promise<void> }>,
): void {
  let running: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    running = await start();
  }, 300_000);
  afterAll(() => running.stop());

  test.each(conversations(folder))(
    "$name: $about",
    async (conversation) => {
      const found = await differences(running.url, conversation, ours);
      const total = `${found.length} of ${conversation.steps.length} answers differ`;
      expect(found.length === 0 ? "" : [total, ...found].join("\n")).toBe("");
    },
    180_000,
  );
}

describe.each(targets)("recorded answers of Qdrant, at $name", ({ start, ours }) => {
  describe("without keys", () => replay("scenarios", ours, () => start()));
  describe("with a full and a read-only key", () => replay("with-api-key", ours, () => start(KEYS)));
});

const emptyServer = process.env.INLET_TEST_EMPTY_QDRANT_URL;
if (emptyServer) {
  describe(`recorded answers of Qdrant, at ${emptyServer}`, () =>
    replay("scenarios", false, async () => ({ url: emptyServer, stop: async () => undefined })));
}
