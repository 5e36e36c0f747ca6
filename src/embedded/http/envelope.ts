/** How results and errors are wrapped. */
import { type QdrantError } from "../errors";
import { writeJson } from "../json/write";
import { type Output } from "../model/output";

export const resultBody = (result: Output, seconds: number): string =>
  `{"result":${writeJson(result)},"status":"ok","time":${seconds}}`;

export const errorBody = (error: QdrantError, seconds: number): string =>
  `{"status":{"error":${JSON.stringify(error.message)}},"time":${seconds}}`;

/** What was taken on and goes on in the background has no result yet. */
export const ACCEPTED_BODY = `{"status":"accepted","time":0.0}`;
