import { formatError } from "../../errors";
import { type Decoder, Place } from "../decode";
import { type EngineRequest } from "../route";

/** Decodes the body and answers all its faults at once. `root` is how Qdrant's validator calls the request where it names it
 *  (`scroll_request`). @throws QdrantError 400 (missing or of a wrong type) or 422 (outside its limits) */
export function readBody<T>(request: EngineRequest, decode: Decoder<T>, root = ""): T {
  const { body } = request;
  if (body === undefined) throw formatError("EOF while parsing a value at line 1 column 0");
  const at = Place.root(root);
  const read = decode(body, at);
  at.check();
  return read;
}
