/** A WebAssembly module of three SIMD kernels, assembled here byte by byte, so that the package needs neither a compiler nor a
 *  binary file. It imports one shared memory `env.memory` and exports, for a query and many rows of one size:
 *
 *    dot, euclid, manhattan (query, rows, count, size, scores)
 *      query   address of `size` float32
 *      rows    address of `count` u32, each the address of one row's `size` float32
 *      scores  address of `count` float32 to be written: the raw similarity of query/distance.ts
 *
 *  Four sums of four lanes each hide the latency of the additions; what is left of a row goes by four, then one by one.
 *  Measured against usearch's native exact search over 100,000 x 768: bench/embedded/search.ts.
 *  Encoding: WebAssembly core specification 2.0, section 5 (binary format). */

const I32 = 0x7f;
const F32 = 0x7d;
const V128 = 0x7b;

/** LEB128, unsigned and signed. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 0x7f;
    if ((rest >> 6 === 0 && (low & 0x40) === 0) || (rest >> 6 === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const get = (local: number): number[] => [0x20, ...unsigned(local)];
const set = (local: number): number[] => [0x21, ...unsigned(local)];
const tee = (local: number): number[] => [0x22, ...unsigned(local)];
const i32Const = (value: number): number[] => [0x41, ...signed(value)];
const I32_EQZ = 0x45;
const I32_GE_U = 0x4f;
const I32_ADD = 0x6a;
const I32_SUB = 0x6b;
const I32_AND = 0x71;
const I32_SHL = 0x74;
const F32_ABS = 0x8b;
const F32_NEG = 0x8c;
const F32_ADD = 0x92;
const F32_SUB = 0x93;
const F32_MUL = 0x94;
/** Loads and stores promise no alignment (rows of any size follow each other). */
const I32_LOAD = [0x28, 0, 0];
const F32_LOAD = [0x2a, 0, 0];
const F32_STORE = [0x38, 0, 0];
const v128Load = (offset: number): number[] => [0xfd, 0, 0, ...unsigned(offset)];
const V128_ZERO = [0xfd, 0x0c, ...new Array<number>(16).fill(0)];
const f32x4Lane = (lane: number): number[] => [0xfd, 0x1f, lane];
const F32X4_ABS = [0xfd, ...unsigned(0xe0)];
const F32X4_ADD = [0xfd, ...unsigned(0xe4)];
const F32X4_SUB = [0xfd, ...unsigned(0xe5)];
const F32X4_MUL = [0xfd, ...unsigned(0xe6)];

/** Runs the body until the condition holds, which is asked first. */
const until = (condition: number[], body: number[]): number[] =>
  [0x02, 0x40, 0x03, 0x40, condition, 0x0d, 1, body, 0x0c, 0, 0x0b, 0x0b].flat();

// Parameters, then locals in the order of their declaration below.
const QUERY = 0;
const ROWS = 1;
const COUNT = 2;
const SIZE = 3;
const SCORES = 4;
const AT = 5;
const ROW = 6;
const END_OF_SIXTEENS = 7;
const END_OF_FOURS = 8;
const END = 9;
const SUMS = [10, 11, 12, 13];
const LANES = 14;
const SUM = 15;
const SCALAR = 16;
const LOCALS: readonly (readonly [count: number, type: number])[] = [
  [5, I32],
  [5, V128],
  [2, F32],
];

type Metric = "dot" | "euclid" | "manhattan";

/** What one step adds to a sum, for four lanes at an offset and for a single number. */
const TERMS: Record<Metric, { lanes(offset: number): number[]; scalar: number[] }> = {
  dot: {
    lanes: (offset) => [...get(AT), ...v128Load(offset), ...get(ROW), ...v128Load(offset), ...F32X4_MUL],
    scalar: [...get(AT), ...F32_LOAD, ...get(ROW), ...F32_LOAD, F32_MUL],
  },
  euclid: {
    lanes: (offset) => [
      ...[...get(AT), ...v128Load(offset), ...get(ROW), ...v128Load(offset), ...F32X4_SUB],
      ...[...tee(LANES), ...get(LANES), ...F32X4_MUL],
    ],
    scalar: [...get(AT), ...F32_LOAD, ...get(ROW), ...F32_LOAD, F32_SUB, ...tee(SCALAR), ...get(SCALAR), F32_MUL],
  },
  manhattan: {
    lanes: (offset) => [...get(AT), ...v128Load(offset), ...get(ROW), ...v128Load(offset), ...F32X4_SUB, ...F32X4_ABS],
    scalar: [...get(AT), ...F32_LOAD, ...get(ROW), ...F32_LOAD, F32_SUB, F32_ABS],
  },
};

function kernel(metric: Metric): number[] {
  const { lanes, scalar } = TERMS[metric];
  const [first = 0, second = 0, third = 0, fourth = 0] = SUMS;
  const reached = (end: number): number[] => [...get(AT), ...get(end), I32_GE_U];
  const advance = (local: number, bytes: number): number[] => [
    ...get(local),
    ...i32Const(bytes),
    I32_ADD,
    ...set(local),
  ];
  const step = (bytes: number): number[] => [...advance(AT, bytes), ...advance(ROW, bytes)];
  const addLanes = (sum: number, offset: number): number[] => [
    ...get(sum),
    ...lanes(offset),
    ...F32X4_ADD,
    ...set(sum),
  ];
  /** The address behind the last whole group of numbers; `mask` clears what is left. */
  const endOf = (mask: number, local: number): number[] => [
    ...[...get(QUERY), ...get(SIZE), ...i32Const(mask), I32_AND],
    ...[...i32Const(2), I32_SHL, I32_ADD, ...set(local)],
  ];
  const perRow = [
    ...[...get(QUERY), ...set(AT), ...get(ROWS), ...I32_LOAD, ...set(ROW)],
    ...SUMS.flatMap((sum) => [...V128_ZERO, ...set(sum)]),
    ...until(reached(END_OF_SIXTEENS), [...SUMS.flatMap((sum, i) => addLanes(sum, 16 * i)), ...step(64)]),
    ...until(reached(END_OF_FOURS), [...addLanes(first, 0), ...step(16)]),
    ...[...get(first), ...get(second), ...F32X4_ADD, ...get(third), ...get(fourth), ...F32X4_ADD, ...F32X4_ADD],
    ...[...set(LANES), ...get(LANES), ...f32x4Lane(0), ...get(LANES), ...f32x4Lane(1), F32_ADD],
    ...[...get(LANES), ...f32x4Lane(2), ...get(LANES), ...f32x4Lane(3), F32_ADD, F32_ADD, ...set(SUM)],
    ...until(reached(END), [...get(SUM), ...scalar, F32_ADD, ...set(SUM), ...step(4)]),
    ...[...get(SCORES), ...get(SUM), ...(metric === "dot" ? [] : [F32_NEG]), ...F32_STORE],
    ...[...advance(SCORES, 4), ...advance(ROWS, 4), ...get(COUNT), ...i32Const(1), I32_SUB, ...set(COUNT)],
  ];
  const body = [
    ...[...endOf(-16, END_OF_SIXTEENS), ...endOf(-4, END_OF_FOURS), ...endOf(-1, END)],
    ...until([...get(COUNT), I32_EQZ], perRow),
    0x0b,
  ];
  const code = [...list(LOCALS.map(([count, type]) => [...unsigned(count), type])), ...body];
  return [...unsigned(code.length), ...code];
}

const list = (items: readonly number[][]): number[] => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content];
const name = (text: string): number[] => list([...Buffer.from(text)].map((byte) => [byte]));

const METRICS: readonly Metric[] = ["dot", "euclid", "manhattan"];

/** @param pages the exact size of the memories that it will be used with, in 64 KiB */
export function assembleKernels(pages: number): Uint8Array<ArrayBuffer> {
  const SHARED_WITH_MAXIMUM = 3;
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list([[0x60, ...list(new Array<number[]>(5).fill([I32])), 0]])),
    ...section(
      2,
      list([[...name("env"), ...name("memory"), 2, SHARED_WITH_MAXIMUM, ...unsigned(pages), ...unsigned(pages)]]),
    ),
    ...section(3, list(METRICS.map(() => [0]))),
    ...section(7, list(METRICS.map((metric, index) => [...name(metric), 0, index]))),
    ...section(10, list(METRICS.map(kernel))),
  ]);
}
