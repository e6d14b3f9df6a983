// What the port in JavaScript answers to a line of ports.py's script, in Node and in the browser.
import { mix64, xxh64 } from "./sluice_randomizer.mjs"

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const bits = new DataView(new ArrayBuffer(8))

function bytes(word) {
  return Uint8Array.from({ length: word === "-" ? 0 : word.length / 2 }, (_, at) => parseInt(word.slice(2 * at, 2 * at + 2), 16))
}

function hexadecimal(text) {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("") || "-"
}

export function answer(table, line) {
  const [command, ...words] = line.split(" ")
  if (command === "xxh64") return xxh64(bytes(words[0]), parseInt(words[1].slice(0, 8), 16), parseInt(words[1].slice(8), 16))
  if (command === "mix64") return mix64(words[0])
  if (command === "bench") return bench(table, ...words)
  if (command === "kinds") return kinds(table, ...words)
  const [platform, slot, segment, visitor, ...allowed] = words.map((word) => decoder.decode(bytes(word)))
  if (command === "explain") return JSON.stringify(table.explain(platform, slot, visitor, segment))
  const shown = table.assign(platform, slot, visitor, segment, command === "allowed" ? allowed : null)
  if (shown === null) return "null"
  bits.setFloat64(0, shown.propensity)
  return `${hexadecimal(shown.variant)} ${bits.getBigUint64(0).toString(16).padStart(16, "0")} ${shown.date} ${Number(shown.hasOwnGroup)}`
}

/// Nanoseconds of an assignment: of the fastest of many short turns, which nothing else on the machine came into.
function bench(table, platform, slot, count) {
  const visitors = Array.from({ length: 1000 }, (_, number) => `visitor-${number}`)
  let seen = 0
  let least = Infinity
  for (let turn = 0; turn < count / 1000; turn += 1) {
    const start = performance.now()
    for (const visitor of visitors) seen += table.assign(platform, slot, visitor).variant.length
    least = Math.min(least, performance.now() - start)
  }
  return seen > 0 ? (least * 1000).toFixed(0) : "nothing"
}

/// What is taken for a name or an id besides text: "ok", or the first thing that is not so.
function kinds(table, platform, slot) {
  const same = (left, right) => JSON.stringify(left) === JSON.stringify(right)
  for (const [value, text] of [[7, "7"], [7.0, "7"], [-0, "0"], [-12, "-12"], [2 ** 53 - 1, "9007199254740991"], [7n, "7"],
    [-(2n ** 70n), "-1180591620717411303424"], [0, "0"]]) {
    if (!same(table.assign(platform, slot, value), table.assign(platform, slot, text))) return `${text} is not its decimal text`
    if (table.explain(platform, slot, value).visitor !== text) return `${text} is not explained by its decimal text`
    if (!same(table.assign(platform, slot, "v", value), table.assign(platform, slot, "v", text))) return `segment ${text}`
  }
  const variants = table.explain(platform, slot, "v").arms.map((arm) => arm.variant)
  const all = table.assign(platform, slot, "v", "*", variants)
  if (!same(table.assign(platform, slot, "v", "*", new Set(variants)), all)) return "a set"
  if (!same(table.assign(platform, slot, "v", null, null), table.assign(platform, slot, "v"))) return "no segment is null"
  const refused = (name, call) => {
    try {
      return `${name} is answered ${JSON.stringify(call())}`
    } catch (error) {
      return error instanceof TypeError && error.message.includes("give ") ? null : `${name}: ${error}`
    }
  }
  const others = [true, false, 7.5, NaN, Infinity, 2 ** 53, {}, [], ["v"], null, undefined, Symbol("v"), new String("v"), () => "v"]
  for (const value of others) {
    const name = String(typeof value)
    const found = refused(name, () => table.assign(platform, slot, value))
      ?? refused(name, () => table.explain(platform, slot, value))
      ?? refused(name, () => table.assign(value, slot, "v"))
      ?? refused(name, () => table.assign(platform, value, "v"))
      ?? (value == null ? null : refused(name, () => table.assign(platform, slot, "v", value)))
      ?? refused(name, () => table.assign(platform, slot, "v", "*", [value]))
      ?? refused(name, () => table.assign("nowhere", slot, value))
    if (found !== null) return found
  }
  for (const allowed of [variants[0], "", 7, {}, true]) {
    const found = refused("allowed", () => table.assign(platform, slot, "v", "*", allowed))
    if (found !== null) return found
  }
  return refused("a hash of a number", () => xxh64(7)) ?? "ok"
}
