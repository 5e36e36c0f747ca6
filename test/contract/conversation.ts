/** The recorded conversations with a real Qdrant 1.18.3 under `recorded/`: their form, reading them, sending one step. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Json } from "./json";

const RECORDED = join(__dirname, "recorded");

export interface Step {
  name: string;
  /** `METHOD /path` */
  do: string;
  body?: Json;
  /** The body as text, where it holds what JSON.parse would not keep: ids beyond 2^53, malformed JSON. */
  raw?: string;
  headers?: Record<string, string>;
  /** exact (default); set: the order of the result list is free; status: that alone; text: the body as text; none: the
   *  step is only sent. */
  compare?: "exact" | "set" | "status" | "text" | "none";
  /** Dotted paths of the answer to leave out, `*` for any one key or index. */
  ignore?: string[];
  expect: { status: number; body?: Json; text?: string };
}

export interface Conversation {
  /** The file's name without `.json`. */
  name: string;
  about: string;
  steps: Step[];
}

/** All conversations of a folder of `recorded/`, by name. Each drops first what it makes, so their order is free. */
export function conversations(folder: "scenarios" | "with-api-key"): Conversation[] {
  return readdirSync(join(RECORDED, folder))
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => {
      const read: Omit<Conversation, "name"> = JSON.parse(readFileSync(join(RECORDED, folder, file), "utf8"));
      return { ...read, name: file.replace(/\.json$/, "") };
    });
}

export interface Answer {
  status: number;
  text: string;
}

/** Sends one step. @throws Error where no answer comes within 30 s. */
export async function send(url: string, step: Step): Promise<Answer> {
  const space = step.do.indexOf(" ");
  const body = step.raw ?? (step.body === undefined ? undefined : JSON.stringify(step.body));
  const response = await fetch(url + step.do.slice(space + 1), {
    method: step.do.slice(0, space),
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...step.headers },
    signal: AbortSignal.timeout(30_000),
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, text: await response.text() };
}
