import { type PointWrite } from "../../model/write";
import { type Decoder } from "../decode";
import { pointsSelector } from "./target";

export const deleteRequest: Decoder<PointWrite> = (value, at) => ({
  kind: "delete",
  target: pointsSelector(value, at),
});
