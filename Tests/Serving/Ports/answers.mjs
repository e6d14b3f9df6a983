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
