/** Deletes a namespace: its Qdrant collection, its alias, its collections' and Idempotency-Keys' records, its name, and itself last, so that an
 *  interrupted deletion is gone on with by the next one. From the first step on nobody sees it. */
import { type NamespaceRecord } from "../control/records";
import { type ControlStore } from "../control/store";
import { type CallOptions, type Qdrant } from "../qdrant/gateway";

export class NamespaceRemover {
  constructor(private readonly deps: { control: ControlStore; qdrant: Qdrant; now: () => Date }) {}

  async remove(record: NamespaceRecord, options: CallOptions): Promise<void> {
    const { control, qdrant, now } = this.deps;
    const { namespace_id: id, organisation_id: organisation } = record;
    const at = now().toISOString();
    const marked = await control.update(
      "namespace",
      [id],
      (current) => (current.state === "deleting" ? undefined : { ...current, state: "deleting", updated_at: at }),
      options,
    );
    if (marked === undefined) return;
    // Only what points at this collection: the name may be another namespace's by now.
    for (const [alias, collection] of await qdrant.aliases(options)) {
      if (collection === id) await qdrant.changeAliases([{ delete: { alias } }], options);
    }
    await qdrant.deleteCollection(id, options);
    for (const kind of ["collection", "collection_name", "idempotency_key"] as const) {
      await control.removeAll(kind, { namespace_id: id }, options);
    }
    await control.removeAll("namespace_name", { namespace_id: id, organisation_id: organisation }, options);
    const last = await control.get("namespace", [id], { ...options, consistency: "majority" });
    if (last?.record.state === "deleting") await control.remove("namespace", [id], last, options);
  }
}
