/** /metrics of a cluster: whichever worker is asked, the answer counts all of them. Workers ask the primary, which asks them
 *  all, as prom-client has it. */
import cluster from "node:cluster";
import { randomUUID } from "node:crypto";

import { AggregatorRegistry } from "prom-client";

import { type Metrics } from "./metrics";

interface Asked {
  inlet: "metrics?";
  id: string;
}
interface Answered {
  inlet: "metrics";
  id: string;
  text: string;
}

const isAbout = (value: unknown, kind: string): value is { inlet: string; id: string } =>
  typeof value === "object" && value !== null && "inlet" in value && value.inlet === kind && "id" in value;
const isAnswer = (value: unknown): value is Answered =>
  isAbout(value, "metrics") && "text" in value && typeof value.text === "string";

/** In the primary: answers its workers from now on. */
export function answerClusterMetrics(): void {
  const aggregator = new AggregatorRegistry();
  cluster.on("message", (worker, message: unknown) => {
    if (!isAbout(message, "metrics?")) return;
    const { id } = message;
    const send = (text: string): void => {
      const answer: Answered = { inlet: "metrics", id, text };
      if (worker.isConnected()) worker.send(answer);
    };
    aggregator.clusterMetrics().then(send, (error: unknown) => send(`# ${String(error)}\n`));
  });
}

/** In a worker: the text of all workers' metrics. */
export function clusterMetricsText(metrics: Metrics): { contentType: string; metrics(): Promise<string> } {
  // Making one is what lets a worker answer the primary.
  new AggregatorRegistry();
  AggregatorRegistry.setRegistries([metrics.registry]);
  const waiting = new Map<string, (text: string) => void>();
  process.on("message", (message) => {
    if (!isAnswer(message)) return;
    waiting.get(message.id)?.(message.text);
    waiting.delete(message.id);
  });
  return {
    contentType: metrics.registry.contentType,
    metrics: () =>
      new Promise((resolve) => {
        const question: Asked = { inlet: "metrics?", id: randomUUID() };
        waiting.set(question.id, resolve);
        process.send?.(question);
      }),
  };
}
