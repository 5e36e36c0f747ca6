/** What creating a document would be refused for, without creating it: the request's own faults, those that only a look at
 *  the namespace shows (vectors of another size, a parent that contradicts), and what does not fit the `input_schema` of the
 *  collection, which Inlet does not enforce. */
import { type ControlStore } from "../control/store";
import { type Fault, InletError } from "../errors";
import { compile } from "../schema/compile";
import { MAX_FAULTS } from "../schema/keywords";
import { draftOf } from "./document";
import { fieldFaults } from "./field-schema";
import { inspectDocument } from "./inspect";
import { isRecord } from "./json-rules";
import { type Placement, type Scope } from "./placement";
import { DocumentCreate } from "./schemas";

export interface Verdict {
  collection_id: string;
  valid: boolean;
  /** At most MAX_FAULTS. */
  violations: { path: string; message: string }[];
}

const checkSchema = compile(DocumentCreate);
const isDocument = (body: Record<string, unknown>): body is DocumentCreate => checkSchema(body).length === 0;

export class DocumentDryRun {
  constructor(private readonly deps: { placement: Placement; control: Pick<ControlStore, "get"> }) {}

  /** `body` is any object: what is wrong with it is the answer. @throws InletError 404 for an unknown collection */
  async judge(scope: Scope, collectionName: string, body: Record<string, unknown>): Promise<Verdict> {
    const { placement, control } = this.deps;
    const namespace = await placement.namespace(scope);
    const collection = await placement.collection(scope, namespace, collectionName);
    const stored = await control.get("collection", [namespace.id, collection.id], { signal: scope.signal });
    const faults = [...checkSchema(body), ...inspectDocument(body)];
    if (faults.length === 0 && isDocument(body)) faults.push(...(await this.misfits(scope, collectionName, body)));
    const fields = body["metadata"] ?? {};
    if (isRecord(fields)) faults.push(...fieldFaults(stored?.record.input_schema, fields, "metadata"));
    const violations = faults.slice(0, MAX_FAULTS).map(({ path, message }) => ({ path, message }));
    return { collection_id: collection.id, valid: violations.length === 0, violations };
  }

  /** What does not fit what is there. */
  private async misfits(scope: Scope, collectionName: string, body: DocumentCreate): Promise<Fault[]> {
    try {
      await this.deps.placement.plan(scope, collectionName, draftOf(body));
      return [];
    } catch (error) {
      if (error instanceof InletError && error.status === 422) return faultsOf(error);
      throw error;
    }
  }
}

function faultsOf({ details, message }: InletError): Fault[] {
  const listed = details?.["errors"];
  const faults = (Array.isArray(listed) ? listed : []).flatMap((fault: unknown) => {
    const { path, message: text } = isRecord(fault) ? fault : {};
    return typeof path === "string" && typeof text === "string" ? [{ path, message: text }] : [];
  });
  return faults.length === 0 ? [{ path: "", message }] : faults;
}
