/** Aliases: a batch of actions, done in order and not rolled back, as in Qdrant; and their lists. */
import { alreadyExists, formatError, noCollection, notFound } from "../errors";
import { type Decoder, listOf, object, string } from "../http/decode";
import { readBody } from "../http/requests/body";
import { manageParams } from "../http/requests/manage-params";
import { type Route } from "../http/route";
import { type Output } from "../model/output";
import { type CollectionCatalog } from "../storage/catalog";
import { nameParam } from "./collections";

type AliasAction =
  | { kind: "create"; collection: string; alias: string }
  | { kind: "delete"; alias: string }
  | { kind: "rename"; from: string; to: string };

const action: Decoder<AliasAction> = object((fields): AliasAction => {
  if (fields.has("create_alias")) {
    return fields.required(
      "create_alias",
      object((create) => ({
        kind: "create" as const,
        collection: create.required("collection_name", string),
        alias: create.required("alias_name", string),
      })),
    );
  }
  if (fields.has("delete_alias")) {
    return fields.required(
      "delete_alias",
      object((remove) => ({ kind: "delete" as const, alias: remove.required("alias_name", string) })),
    );
  }
  if (fields.has("rename_alias")) {
    return fields.required(
      "rename_alias",
      object((rename) => ({
        kind: "rename" as const,
        from: rename.required("old_alias_name", string),
        to: rename.required("new_alias_name", string),
      })),
    );
  }
  throw formatError("data did not match any variant of untagged enum AliasOperations");
});

const actions = object((fields) => fields.required("actions", listOf(action)));

function perform(change: AliasAction, catalog: CollectionCatalog): void {
  switch (change.kind) {
    case "create":
      if (catalog.ownName(change.collection) === undefined) throw noCollection(change.collection);
      if (catalog.ownName(change.alias) !== undefined) {
        throw alreadyExists(`Collection \`${change.alias}\` already exists!`);
      }
      catalog.setAlias(change.alias, change.collection);
      return;
    case "delete":
      catalog.removeAlias(change.alias);
      return;
    case "rename": {
      const target = catalog.aliasTarget(change.from);
      if (target === undefined) throw notFound(`Alias ${change.from} does not exists!`);
      catalog.removeAlias(change.from);
      catalog.setAlias(change.to, target);
    }
  }
}

const shown = (aliases: { alias: string; collection: string }[]): Output => ({
  aliases: aliases.map(({ alias, collection }) => ({ alias_name: alias, collection_name: collection })),
});

export const aliasRoutes: Route<CollectionCatalog>[] = [
  {
    method: "POST",
    path: "/collections/aliases",
    access: "write",
    handle: async (request, catalog) => {
      manageParams(request.query);
      try {
        for (const change of readBody(request, actions)) perform(change, catalog);
      } finally {
        // What was done before a refused action stays, and so must be durable too.
        await catalog.committed();
      }
      return true;
    },
  },
  {
    method: "GET",
    path: "/aliases",
    access: "read",
    handle: (_, catalog) => Promise.resolve(shown(catalog.allAliases())),
  },
  {
    method: "GET",
    path: "/collections/:collection/aliases",
    access: "read",
    handle: (request, catalog) =>
      Promise.resolve(shown(catalog.allAliases().filter(({ collection }) => collection === nameParam(request)))),
  },
];
