/** How results and errors are wrapped. */
import { type QdrantError } from "../errors";
import { writeJson } from "../json/write";
import { type Output } from "../model/output";

export const resultBody = (result: Output, seconds: number): string =>
  `{"result":${writeJson(result)},"status":"ok","time":${seconds}}`;

export const errorBody = (error: QdrantError, seconds: number): string =>
  `{"status":{"error":${JSON.stringify(error.message)}},"time":${seconds}}`;
