import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DenseParams } from "../../../../src/embedded/model/collection";
import { SlicedSearcher } from "../../../../src/embedded/query/dense-search";
import { Graph } from "../../../../src/embedded/query/hnsw/graph";
import { GraphSearcher } from "../../../../src/embedded/query/hnsw/graph-search";
import { indexOf } from "../../../../src/embedded/query/hnsw/graph-worker";
import { StoredDenseColumn, sharedFloats } from "../../../../src/embedded/storage/dense-column";

describe("what a graph does not know", () => {
  const index = indexOf({ size: 16, connectivity: 4, expansionAdd: 8 });

  it("is what came or changed since it was built, also while it was", () => {
    const graph = new Graph();
    graph.start();
    graph.changed(2);
    graph.finish(index, "first", [1, 2, 3], true);
    expect(graph.difference()).toEqual([2]);
    graph.changed(3);
    graph.changed(9);
    expect(graph.difference()).toEqual([2, 3, 9]);
    expect([graph.isStale(3), graph.isStale(9)]).toEqual([true, false]);
  });
  it("shrinks by what is added, and forgets points that went again", () => {
    const graph = new Graph();
    graph.start();
    graph.finish(index, "first", [1], true);
    graph.changed(1);
    graph.changed(7);
    graph.changed(8);
    graph.start();
    graph.changed(7);
    graph.finish(index, "second", [7], false);
    expect(graph.difference()).toEqual([1, 7]);
    expect(graph.freshCount).toBe(0);
  });
  it("stays when a build fails, and another may start", () => {
    const graph = new Graph();
    graph.start();
    graph.changed(4);
    graph.fail();
    expect([graph.isBuilding, graph.difference()]).toEqual([false, [4]]);
  });
});

describe("a graph search", () => {
  it("is exact while there is no graph", async () => {
    const params: DenseParams = { size: 16, distance: "Cosine", datatype: "float32", multi: false, given: new Map() };
    const column = new StoredDenseColumn(params, sharedFloats);
    const folder = join(await mkdtemp(join(tmpdir(), "inlet-graph-")), "graphs");
    const errors: Error[] = [];
    const options = { folder, leastNumbers: 0, onError: (error: Error) => errors.push(error) };
    const searcher = new GraphSearcher(new SlicedSearcher(), options);
    const axis = (at: number): Float32Array => Float32Array.from({ length: 16 }, (_, i) => (i === at ? 1 : 0));
    for (let slot = 0; slot < 16; slot++) column.put(slot, axis(slot));
    const search = { k: 1, excluded: new Set<number>(), exact: false };
    expect(await searcher.search(column, axis(5), search)).toEqual([{ slot: 5, score: 1 }]);
    column.remove(5);
    column.put(20, axis(5));
    expect(await searcher.search(column, axis(5), search)).toEqual([{ slot: 20, score: 1 }]);
    await searcher.close();
    expect(errors).toEqual([]);
  });
});
