/** Payload indexes in memory. Storage makes one per declared field, and tells it of every point that it writes or deletes. */
import { valuesAt } from "../../filter/path";
import { type PayloadIndexSchema } from "../../model/collection";
import { type PayloadPath } from "../../model/filter";
import { type JsonObject } from "../../model/json";
import { type PayloadIndex, type Slot } from "../../model/table";
import { GeoPart } from "./geo-part";
import { NumberPart } from "./number-part";
import { type IndexPart } from "./part";
import { PresencePart } from "./presence-part";
import { TERM_KINDS, TermPart } from "./term-part";
import { TextPart } from "./text-part";

/** An empty index of the field. Reading and changing it takes time by what is read or changed, not by how much it holds.
 *  @throws QdrantError 501 for a text index in a language that the engine has no words for */
export function createPayloadIndex(schema: PayloadIndexSchema, path: PayloadPath): PayloadIndex {
  return new FieldIndex(schema, path, partsFor(schema));
}

/** In the order in which Qdrant asks them; the first that serves a condition answers it. */
function partsFor(schema: PayloadIndexSchema): IndexPart[] {
  switch (schema.type) {
    case "keyword":
    case "uuid":
    case "bool":
      return [new TermPart(TERM_KINDS[schema.type]), new PresencePart()];
    case "integer":
      return [
        ...(schema.lookup ? [new TermPart(TERM_KINDS.integer)] : []),
        ...(schema.range ? [new NumberPart("integer")] : []),
        new PresencePart(),
      ];
    case "float":
    case "datetime":
      return [new NumberPart(schema.type), new PresencePart()];
    case "geo":
      return [new GeoPart(), new PresencePart()];
    case "text":
      return [new TextPart(schema.text ?? DEFAULT_TEXT), new PresencePart()];
  }
}

const DEFAULT_TEXT = { tokenizer: "word", lowercase: true, asciiFolding: false, phraseMatching: false } as const;

class FieldIndex implements PayloadIndex {
  constructor(
    readonly schema: PayloadIndexSchema,
    readonly path: PayloadPath,
    private readonly parts: readonly IndexPart[],
  ) {}

  get pointCount(): number {
    return this.parts[0]?.slotCount ?? 0;
  }

  put(slot: Slot, payload: JsonObject): void {
    const values = valuesAt(payload, this.path);
    this.remove(slot);
    if (values.length === 0) return;
    for (const part of this.parts) part.put(slot, values);
  }

  remove(slot: Slot): void {
    for (const part of this.parts) part.remove(slot);
  }

  serve: PayloadIndex["serve"] = (clauses, drives) => {
    for (const part of this.parts) {
      const served = part.serve(clauses, drives);
      if (served !== undefined) return served;
    }
    return undefined;
  };

  textCheck: PayloadIndex["textCheck"] = (match) => this.parts[0]?.textCheck?.(match);

  get distinct(): PayloadIndex["distinct"] {
    return this.parts.find((part) => part.distinct)?.distinct;
  }

  get ordered(): PayloadIndex["ordered"] {
    return this.parts.find((part) => part.ordered)?.ordered;
  }
}
