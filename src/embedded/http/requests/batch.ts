/** `POST /points/batch`: each operation is an object with one key that names it; of several keys the first of this list that
 *  can be read counts. */
import { type PointWrite } from "../../model/write";
import { type Decoder, listOf, object } from "../decode";
import { deleteRequest } from "./delete";
import { clearPayloadRequest, deletePayloadRequest, overwritePayloadRequest, setPayloadRequest } from "./payload";
import { deleteVectorsRequest, updateVectorsRequest } from "./point-vectors";
import { firstOf } from "./target";
import { upsertRequest } from "./upsert";

const under = (key: string, decode: Decoder<PointWrite>): Decoder<PointWrite> =>
  object((fields) => fields.required(key, decode));

const updateOperation: Decoder<PointWrite> = firstOf(
  [
    under("upsert", upsertRequest),
    under("delete", deleteRequest),
    under("set_payload", setPayloadRequest),
    under("overwrite_payload", overwritePayloadRequest),
    under("delete_payload", deletePayloadRequest),
    under("clear_payload", clearPayloadRequest),
    under("update_vectors", updateVectorsRequest),
    under("delete_vectors", deleteVectorsRequest),
  ],
  "data did not match any variant of untagged enum UpdateOperation",
);

export const batchRequest: Decoder<PointWrite[]> = object((fields) =>
  fields.required("operations", listOf(updateOperation)),
);
