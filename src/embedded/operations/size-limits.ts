/** Strict mode's limits to how large a collection may grow. Like Qdrant, the engine looks at the sizes only with every 32nd write
 *  that such a limit is about, so a collection may outgrow it a little; a new one is empty until the first look. */
import { badRequest } from "../errors";
import { type Collection } from "../model/collection";
import { type JsonObject, asDouble } from "../model/json";
import { type Sizes } from "../sizes";
import { denseBytes } from "./segments";

const VECTORS = "max_collection_vector_size_bytes";
const PAYLOADS = "max_collection_payload_size_bytes";
const POINTS = "max_points_count";

const sizesOf = (collection: Collection): Sizes =>
  collection.sizes.next(() => ({
    vectorBytes: denseBytes(collection),
    payloadBytes: collection.table.payloadBytes,
    points: collection.table.pointCount,
  }));

const inMegabytes = (bytes: number): string => `${Math.fround(bytes / (1024 * 1024))}MB`;

/** For writes of points and vectors. @throws QdrantError 400 */
export function checkSizes(collection: Collection, strict: JsonObject): void {
  const [vectorBytes, payloadBytes, points] = [VECTORS, PAYLOADS, POINTS].map((key) => asDouble(strict.get(key)));
  if (vectorBytes === undefined && payloadBytes === undefined && points === undefined) return;
  const sizes = sizesOf(collection);
  if (vectorBytes !== undefined && sizes.vectorBytes >= vectorBytes) {
    throw badRequest(`Max vector storage size limit of ${inMegabytes(vectorBytes)} reached!`);
  }
  checkPayloadBytes(sizes, payloadBytes);
  if (points !== undefined && sizes.points >= points) {
    throw badRequest(`Max points count limit of ${points} reached!`);
  }
}

/** For writes of payloads. @throws QdrantError 400 */
export function checkPayloadSize(collection: Collection, strict: JsonObject): void {
  const most = asDouble(strict.get(PAYLOADS));
  if (most !== undefined) checkPayloadBytes(sizesOf(collection), most);
}

function checkPayloadBytes({ payloadBytes }: Sizes, most: number | undefined): void {
  if (most !== undefined && payloadBytes >= most) {
    throw badRequest(`Max payload storage size limit of ${inMegabytes(most)} reached!`);
  }
}
