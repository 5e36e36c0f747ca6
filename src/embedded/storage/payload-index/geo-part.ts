/** Points on the globe, in the order of their latitudes: a box, circle or polygon is looked for between its lowest and its
 *  highest one. */
import { geoPointOf, inBox, inCircle, inPolygon, isOnGlobe, latitudesOf } from "../../filter/geo";
import { type FieldClauses, type GeoPoint } from "../../model/filter";
import { type JsonValue } from "../../model/json";
import { type IndexedCondition, type Slot } from "../../model/table";
import { NumberColumn } from "./number-column";
import { type IndexPart, singleValues } from "./part";
import { withSlotFloat64 } from "./slot-arrays";

interface Shape {
  contains(point: GeoPoint): boolean;
  latitudes: { from: number; to: number };
}

export class GeoPart implements IndexPart {
  private readonly latitudes = new NumberColumn();
  /** Of slots with one point; NaN for none or several. */
  private longitude = new Float64Array(0);
  private readonly several = new Map<Slot, readonly GeoPoint[]>();

  get slotCount(): number {
    return this.latitudes.slotCount;
  }

  put(slot: Slot, values: readonly JsonValue[]): void {
    const points: GeoPoint[] = [];
    for (const value of singleValues(values)) {
      const point = geoPointOf(value);
      if (point !== undefined && isOnGlobe(point)) points.push(point);
    }
    this.latitudes.put(
      slot,
      points.map(({ lat }) => lat),
    );
    const [first] = points;
    if (first !== undefined && points.length === 1) {
      this.longitude = withSlotFloat64(this.longitude, slot, Number.NaN);
      this.longitude[slot] = first.lon;
    } else if (points.length > 1) this.several.set(slot, points);
  }

  remove(slot: Slot): void {
    this.latitudes.remove(slot);
    this.several.delete(slot);
    if (slot < this.longitude.length) this.longitude[slot] = Number.NaN;
  }

  serve(clauses: FieldClauses, drives: boolean): IndexedCondition | undefined {
    const shape = shapeOf(clauses, drives);
    if (shape === undefined) return undefined;
    const { latitudes } = this;
    const band = { gte: shape.latitudes.from, lte: shape.latitudes.to };
    const test = (slot: Slot): boolean => this.pointsAt(slot).some((point) => shape.contains(point));
    return {
      test,
      estimate: () => latitudes.estimate(band),
      slots: () => latitudes.slotsWithin(band).filter(test),
    };
  }

  private pointsAt(slot: Slot): readonly GeoPoint[] {
    const lon = this.longitude[slot] ?? Number.NaN;
    const [lat] = this.latitudes.numbersAt(slot);
    if (!Number.isNaN(lon) && typeof lat === "number") return [{ lon, lat }];
    return this.several.get(slot) ?? [];
  }
}

/** Of several shapes Qdrant takes the box first where it lists points, the circle first where it tests one. */
function shapeOf(
  { geoBoundingBox: box, geoRadius: circle, geoPolygon: polygon }: FieldClauses,
  drives: boolean,
): Shape | undefined {
  const boxShape = box && {
    contains: (point: GeoPoint) => inBox(box, point),
    latitudes: { from: box.bottomRight.lat, to: box.topLeft.lat },
  };
  const circleShape = circle && {
    contains: (point: GeoPoint) => inCircle(circle, point),
    latitudes: latitudesOf(circle),
  };
  const polygonShape = polygon && {
    contains: (point: GeoPoint) => inPolygon(polygon, point),
    latitudes: {
      from: Math.min(...polygon.exterior.map(({ lat }) => lat)),
      to: Math.max(...polygon.exterior.map(({ lat }) => lat)),
    },
  };
  return (drives ? (boxShape ?? circleShape) : (circleShape ?? boxShape)) ?? polygonShape;
}
