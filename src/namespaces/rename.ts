/** Gives a namespace another name: the new name is claimed, then the record says it (from here on it is so), then the alias
 *  moves in one step, then the old name is free. What was interrupted is gone on with by whoever reads the namespace next. */
import { type NamespaceRecord } from "../control/records";
import { type ControlStore } from "../control/store";
import { conflict, InletError, notFound } from "../errors";
import { type Bootstrap } from "../keys/bootstrap";
import { type CallOptions, type Qdrant } from "../qdrant/gateway";
import { aliasOf } from "./names";

export class NamespaceRenamer {
  constructor(
    private readonly deps: { control: ControlStore; qdrant: Qdrant; bootstrap: Bootstrap; now: () => Date },
  ) {}

  /** @throws InletError 409 where the name is taken, in Inlet or in Qdrant */
  async rename(record: NamespaceRecord, name: string, options: CallOptions): Promise<NamespaceRecord> {
    const { control, qdrant, now } = this.deps;
    const { namespace_id: id, organisation_id: organisation } = record;
    const alias = await this.wantedAlias({ ...record, name }, options);
    const held = alias === undefined ? undefined : await qdrant.describeCollection(alias, options);
    const claim = { organisation_id: organisation, name, namespace_id: id };
    const holder = (await control.claim("namespace_name", [organisation, name], claim, options)).record;
    if (holder.namespace_id !== id) throw conflict(`The namespace name ${name} is taken.`, { name }, "name_taken");
    if (held !== undefined && (await qdrant.aliases(options)).get(alias ?? "") !== id) {
      await this.release(organisation, name, id, options);
      throw conflict(
        `Qdrant has a collection or alias ${name} that is not this namespace's.`,
        { name },
        "name_taken_in_qdrant",
      );
    }
    const at = now().toISOString();
    const renamed = await control.update(
      "namespace",
      [id],
      (current) => (current.state === "ready" ? { ...current, name, updated_at: at } : undefined),
      options,
    );
    if (renamed?.record.name !== name) throw notFound("Namespace", { namespace: id });
    return await this.settle(renamed.record, options);
  }

  /** Makes alias and names agree with the record, where an earlier renaming stopped half-way. */
  async settle(record: NamespaceRecord, options: CallOptions): Promise<NamespaceRecord> {
    const { control, qdrant } = this.deps;
    const { namespace_id: id, alias: written, organisation_id: organisation, name } = record;
    const alias = await this.wantedAlias(record, options);
    if (alias === written) return record;
    const actions = [
      ...(written === undefined ? [] : [{ delete: { alias: written } }]),
      ...(alias === undefined ? [] : [{ create: { alias, collection: id } }]),
    ];
    await qdrant.changeAliases(actions, options);
    for await (const { record: other } of control.list("namespace_name", { namespace_id: id }, options)) {
      if (other.name !== name) await this.release(organisation, other.name, id, options);
    }
    const settled = await control.update(
      "namespace",
      [id],
      ({ alias: _written, ...current }) => ({ ...current, ...(alias === undefined ? {} : { alias }) }),
      options,
    );
    if (settled === undefined) throw new InletError(404, "not_found", "The namespace was deleted meanwhile.");
    return settled.record;
  }

  private async wantedAlias(record: NamespaceRecord, options: CallOptions): Promise<string | undefined> {
    const { defaultOrganisationId } = await this.deps.bootstrap.ready(options);
    return aliasOf(record, defaultOrganisationId);
  }

  private async release(organisation: string, name: string, id: string, options: CallOptions): Promise<void> {
    const { control } = this.deps;
    const key = [organisation, name];
    const held = await control.get("namespace_name", key, { ...options, consistency: "majority" });
    if (held?.record.namespace_id === id) await control.remove("namespace_name", key, held, options);
  }
}
