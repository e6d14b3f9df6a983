// Assigns visitors to variants by Sluice's nightly tables, as Sources/Randomizer/ASSIGNMENT.md says: one file without dependencies, for
// Node 18 or later, browsers and edge runtimes.
//
//     import { Table, readTable } from "./sluice_randomizer.mjs"
//
//     const table = await readTable("/var/lib/sluice/state")                    // Node: a state directory, or one table's directory
//     const table = await fetchTable("https://cdn.example/tables/current/")     // a browser: allocation.csv and manifest.json there
//     const table = Table.fromExport(await store.get("table.json"))             // an edge: what `sluice export` wrote
//
//     const shown = table.assign("web", "home-hero", visitor, segment)?.variant ?? "autumn"
//
// A table never changes, so that a new one is a new object: keep the last good one when reading throws. Text is hashed as its UTF-8; a
// string with half of a surrogate pair is no Unicode text, and counts as one with U+FFFD there. A name or an id that is a whole
// number is taken as its decimal text, as everywhere in Sluice; what is neither throws a TypeError. The hash is computed in halves
// of 32 bits without BigInt, which would allocate.

/// A table that cannot be served; the message names file, line and remedy.
export class TableError extends Error {
  constructor(message) {
    super(message)
    this.name = "TableError"
  }
}

// MARK: - 64 bits in two halves. Functions leave their result in `high` and `low`, signed, so that nothing is allocated.

let high = 0
let low = 0

/// Multiplies by 64 bits.
function multiply(aHigh, aLow, bHigh, bLow) {
  const a0 = aLow & 0xffff
  const a1 = aLow >>> 16
  const b0 = bLow & 0xffff
  const b1 = bLow >>> 16
  const p00 = a0 * b0
  const middle = a1 * b0 + (p00 >>> 16)
  const sum = (middle & 0xffff) + a0 * b1
  high = (a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(sum / 0x10000) + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) | 0
  low = Math.imul(aLow, bLow)
}

function add(aHigh, aLow, bHigh, bLow) {
  const sum = (aLow >>> 0) + (bLow >>> 0)
  high = (aHigh + bHigh + (sum > 0xffffffff ? 1 : 0)) | 0
  low = sum | 0
}

function rotate(aHigh, aLow, bits) {
  high = (aHigh << bits) | (aLow >>> (32 - bits))
  low = (aLow << bits) | (aHigh >>> (32 - bits))
}

/// mix64 (SplitMix64's finalizer).
function mix(aHigh, aLow) {
  multiply(aHigh ^ (aHigh >>> 30), aLow ^ ((aLow >>> 30) | (aHigh << 2)), 0xbf58476d, 0x1ce4e5b9)
  multiply(high ^ (high >>> 27), low ^ ((low >>> 27) | (high << 5)), 0x94d049bb, 0x133111eb)
  low ^= (low >>> 31) | (high << 1)
  high ^= high >>> 31
}

/// XXH64's round of an accumulator and an input.
function round(aHigh, aLow, inputHigh, inputLow) {
  multiply(inputHigh, inputLow, 0xc2b2ae3d, 0x27d4eb4f)
  add(aHigh, aLow, high, low)
  rotate(high, low, 31)
  multiply(high, low, 0x9e3779b1, 0x85ebca87)
}

/// Joins a lane to the hash.
function merge(hashHigh, hashLow, laneHigh, laneLow) {
  round(0, 0, laneHigh, laneLow)
  multiply(hashHigh ^ high, hashLow ^ low, 0x9e3779b1, 0x85ebca87)
  add(high, low, 0x85ebca77, 0xc2b2ae63)
}

function word(bytes, at) {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)
}

/// XXH64 of the first `count` bytes.
function hash(bytes, count, seedHigh, seedLow) {
  let h, l
  let position = 0
  if (count >= 32) {
    add(seedHigh, seedLow, 0x9e3779b1, 0x85ebca87)
    add(high, low, 0xc2b2ae3d, 0x27d4eb4f)
    let h1 = high, l1 = low
    add(seedHigh, seedLow, 0xc2b2ae3d, 0x27d4eb4f)
    let h2 = high, l2 = low
    let h3 = seedHigh, l3 = seedLow
    add(seedHigh, seedLow, 0x61c8864e, 0x7a143579)
    let h4 = high, l4 = low
    for (; position + 32 <= count; position += 32) {
      round(h1, l1, word(bytes, position + 4), word(bytes, position))
      h1 = high; l1 = low
      round(h2, l2, word(bytes, position + 12), word(bytes, position + 8))
      h2 = high; l2 = low
      round(h3, l3, word(bytes, position + 20), word(bytes, position + 16))
      h3 = high; l3 = low
      round(h4, l4, word(bytes, position + 28), word(bytes, position + 24))
      h4 = high; l4 = low
    }
    rotate(h1, l1, 1)
    h = high; l = low
    rotate(h2, l2, 7)
    add(h, l, high, low)
    h = high; l = low
    rotate(h3, l3, 12)
    add(h, l, high, low)
    h = high; l = low
    rotate(h4, l4, 18)
    add(h, l, high, low)
    merge(high, low, h1, l1)
    merge(high, low, h2, l2)
    merge(high, low, h3, l3)
    merge(high, low, h4, l4)
  } else {
    add(seedHigh, seedLow, 0x27d4eb2f, 0x165667c5)
  }
  add(high, low, Math.floor(count / 0x100000000), count | 0)
  h = high; l = low
  for (; position + 8 <= count; position += 8) {
    round(0, 0, word(bytes, position + 4), word(bytes, position))
    rotate(h ^ high, l ^ low, 27)
    multiply(high, low, 0x9e3779b1, 0x85ebca87)
    add(high, low, 0x85ebca77, 0xc2b2ae63)
    h = high; l = low
  }
  if (position + 4 <= count) {
    multiply(0, word(bytes, position), 0x9e3779b1, 0x85ebca87)
    rotate(h ^ high, l ^ low, 23)
    multiply(high, low, 0xc2b2ae3d, 0x27d4eb4f)
    add(high, low, 0x165667b1, 0x9e3779f9)
    h = high; l = low
    position += 4
  }
  for (; position < count; position += 1) {
    multiply(0, bytes[position], 0x27d4eb2f, 0x165667c5)
    rotate(h ^ high, l ^ low, 11)
    multiply(high, low, 0x9e3779b1, 0x85ebca87)
    h = high; l = low
  }
  multiply(h, l ^ (h >>> 1), 0xc2b2ae3d, 0x27d4eb4f)
  multiply(high ^ (high >>> 29), low ^ ((low >>> 29) | (high << 3)), 0x165667b1, 0x9e3779f9)
  low ^= high
}

const encoder = new TextEncoder()
let buffer = new Uint8Array(512)

/// XXH64 of a text's UTF-8.
function hashText(text, seedHigh, seedLow) {
  // A unit of UTF-16 takes three bytes at most.
  if (text.length * 3 > buffer.length) buffer = new Uint8Array(text.length * 6)
  let count = 0
  for (; count < text.length; count += 1) {
    const unit = text.charCodeAt(count)
    if (unit > 0x7f) break
    buffer[count] = unit
  }
  if (count < text.length) count = encoder.encodeInto(text, buffer).written
  hash(buffer, count, seedHigh, seedLow)
}

/// The uniform number in (0, 1] of the bits in `high` and `low`.
function uniform() {
  return ((high >>> 0) * 0x200000 + (low >>> 11) + 0.5) * 2 ** -53
}

function hexadecimal() {
  return (high >>> 0).toString(16).padStart(8, "0") + (low >>> 0).toString(16).padStart(8, "0")
}

/// XXH64 of bytes or of a text's UTF-8, as 16 hexadecimal digits. The seed is given in two halves of 32 bits.
export function xxh64(input, seedHigh = 0, seedLow = 0) {
  if (typeof input === "string") {
    hashText(input, seedHigh | 0, seedLow | 0)
  } else {
    const bytes = bytesOf(input, "what is hashed")
    hash(bytes, bytes.length, seedHigh | 0, seedLow | 0)
  }
  return hexadecimal()
}

/// mix64 of 16 hexadecimal digits, for the published vectors.
export function mix64(digits) {
  mix(parseInt(digits.slice(0, 8), 16) | 0, parseInt(digits.slice(8), 16) | 0)
  return hexadecimal()
}

// MARK: - What callers give

/// A name or an id as text. A number beyond 2^53 is one that was rounded, and would be another visitor's.
function textOf(value, name) {
  if (typeof value === "string") return value
  if (typeof value === "bigint" || Number.isSafeInteger(value)) return String(value)
  const found = typeof value === "number" ? `the number ${value}` : value === null ? "null" : `of the type ${typeof value}`
  throw new TypeError(`${name} is ${found}; give a string, or a whole number within 2^53 or a BigInt, which count as their digits`)
}

/// A visitor without a segment has none to give.
function segmentOf(value) {
  return value == null ? EVERYONE : textOf(value, "segment")
}

/// A string can be gone through too, letter by letter, and would allow nothing.
function namesOf(allowed) {
  if (typeof allowed === "string" || typeof allowed[Symbol.iterator] !== "function") {
    throw new TypeError(`allowed is of the type ${typeof allowed}; give an array of variants, or null for all of them`)
  }
  return new Set(Array.from(allowed, (name) => textOf(name, "a variant of allowed")))
}

/// Also of another realm, which `instanceof` does not know.
function isBytes(value) {
  return ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === "[object ArrayBuffer]"
}

function bytesOf(value, name) {
  if (!isBytes(value)) throw new TypeError(`${name} is of the type ${typeof value}; give a Uint8Array or an ArrayBuffer`)
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value)
}

// MARK: - The table

const WHOLE = 1000000
const FORMATS = ["sluice-allocation/1", "sluice-allocation/2"]
const EXPORT = "sluice-table/1"
const EVERYONE = "*"
// XXH64("control", 0).
const CONTROL_HIGH = 0x5fba3590
const CONTROL_LOW = 0x03879d20

/// What a visitor is shown: `variant`, the `propensity` of this assignment, the `date` of the table, and whether the segment `hasOwnGroup`.
class Assignment {
  constructor(variant, propensity, date, hasOwnGroup) {
    this.variant = variant
    this.propensity = propensity
    this.date = date
    this.hasOwnGroup = hasOwnGroup
  }
}

/// A day's allocation. It never changes.
export class Table {
  // By platform, then by slot.
  #platforms = new Map()
  date
  pipeline

  /// Reads a table from the bytes of its two files, and verifies it. Throws TableError.
  static parse(manifestBytes, tableContent) {
    const manifest = readManifest(manifestBytes)
    const tableBytes = bytesOf(tableContent, "the content of allocation.csv")
    if (tableBytes.length !== manifest.bytes) {
      throw unverified(`${tableBytes.length} bytes where the manifest says ${manifest.bytes}`)
    }
    const digest = xxh64(tableBytes)
    if (digest !== manifest.xxh64.toLowerCase()) {
      throw unverified(`xxh64 is ${digest} where the manifest says ${manifest.xxh64}`)
    }
    const rows = readRows(tableBytes)
    if (rows.length !== manifest.rows) throw unverified(`${rows.length} rows where the manifest says ${manifest.rows}`)
    if (rows.length > 0 && rows.date !== manifest.date) throw unverified(`rows of ${rows.date} where the manifest says ${manifest.date}`)
    const table = new Table()
    table.date = manifest.date
    table.pipeline = manifest.pipeline ?? null
    table.#fill(rows, manifest.holdouts)
    return table
  }

  /// Reads what `sluice export` wrote, and verifies it: text, bytes (a Uint8Array or an ArrayBuffer), or parsed. Throws TableError.
  static fromExport(source) {
    let document = source
    try {
      if (typeof source === "string" || isBytes(source)) document = JSON.parse(decode(source, "table.json"))
    } catch (error) {
      throw error instanceof TableError ? error : malformed("table.json", `not JSON: ${error.message}`)
    }
    const { rows, holdouts } = rowsOfExport(document)
    const table = new Table()
    table.date = document.date
    table.pipeline = document.pipeline ?? null
    table.#fill(rows, holdouts)
    const digest = table.#digest()
    if (digest !== document.xxh64) {
      throw new TableError(`table.json: its content hashes to ${digest} where it says ${document.xxh64}; export the table again`)
    }
    return table
  }

  /// Assigns a visitor; null for an unknown slot, and when no variant of `allowed` (null: all) has traffic: show the slot's default.
  /// Throws a TypeError for a name or an id that is neither text nor a whole number.
  assign(platform, slot, visitor, segment = EVERYONE, allowed = null) {
    visitor = textOf(visitor, "visitor")
    segment = segmentOf(segment)
    const names = allowed === null ? null : namesOf(allowed)
    const experiment = this.#platforms.get(textOf(platform, "platform"))?.get(textOf(slot, "slot"))
    if (experiment === undefined) return null
    const own = segment === EVERYONE ? undefined : experiment.groups.get(segment)
    const group = own ?? experiment.everyone
    hashText(visitor, experiment.saltHigh, experiment.saltLow)
    const unitHigh = high
    const unitLow = low
    if (names === null) {
      const control = group.control
      if (control !== null && isHeld(experiment, control, visitor, unitHigh, unitLow)) return control.answer(own, this.date)
      return leastScore(group.others, unitHigh, unitLow).answer(own, this.date)
    }
    return this.#assignAllowed(experiment, group, own, visitor, unitHigh, unitLow, names)
  }

  #assignAllowed(experiment, group, own, visitor, unitHigh, unitLow, allowed) {
    const others = group.others.filter((arm) => allowed.has(arm.variant))
    const shared = others.reduce((sum, arm) => sum + arm.millionths, 0)
    const control = group.control !== null && allowed.has(group.control.variant) ? group.control : null
    const kept = control === null ? 0 : control.millionths
    if (kept > 0 && (shared === 0 || isHeld(experiment, control, visitor, unitHigh, unitLow))) {
      return new Assignment(control.variant, shared === 0 ? 1 : control.traffic, this.date, own !== undefined)
    }
    if (shared === 0) return null
    const arm = leastScore(others, unitHigh, unitLow)
    return new Assignment(arm.variant, ((WHOLE - kept) * arm.millionths) / (WHOLE * shared), this.date, own !== undefined)
  }

  /// Says why a visitor is shown what it is: what the holdout decided, and all arms in the visitor's order. Null for an unknown slot.
  explain(platform, slot, visitor, segment = EVERYONE) {
    visitor = textOf(visitor, "visitor")
    segment = segmentOf(segment)
    const experiment = this.#platforms.get(textOf(platform, "platform"))?.get(textOf(slot, "slot"))
    if (experiment === undefined) return null
    const own = segment === EVERYONE ? undefined : experiment.groups.get(segment)
    const group = own ?? experiment.everyone
    hashText(visitor, experiment.saltHigh, experiment.saltLow)
    const unitHigh = high
    const unitLow = low
    const arms = group.arms
      .filter((arm) => arm !== group.control)
      .map((arm) => {
        mix(unitHigh ^ arm.hashHigh, unitLow ^ arm.hashLow)
        const digits = hexadecimal()
        const score = arm.millionths > 0 ? -Math.log(uniform()) / arm.traffic : null
        return { variant: arm.variant, traffic: arm.traffic, hash: digits, score }
      })
    // Sorting is stable: equal scores stay in byte order.
    arms.sort((a, b) => ((a.score ?? Infinity) === (b.score ?? Infinity) ? 0 : (a.score ?? Infinity) - (b.score ?? Infinity)))
    let holdout = null
    if (group.control !== null) {
      const control = group.control
      const held = isHeld(experiment, control, visitor, unitHigh, unitLow)
      const digits = hexadecimal()
      const { variant, traffic } = control
      holdout = { name: experiment.holdout, variant, traffic, hash: digits, uniform: uniform(), is_held: held }
      arms.splice(held ? 0 : arms.length, 0, { variant, traffic, hash: digits, score: held ? 0 : null })
    }
    const shown = this.assign(platform, slot, visitor, segment)
    return {
      date: this.date, visitor, segment: group.segment, variant: shown.variant, propensity: shown.propensity,
      has_own_group: shown.hasOwnGroup, holdout, arms,
    }
  }

  /// The slots of each platform, in byte order.
  get platforms() {
    const platforms = new Map()
    for (const { platform, slot } of this.#experiments()) {
      platforms.set(platform, [...(platforms.get(platform) ?? []), slot])
    }
    return platforms
  }

  /// In byte order of platform, slot.
  #experiments() {
    return [...this.#platforms.values()].flatMap((slots) => [...slots.values()]).sort(byName)
  }

  /// Puts rows in order and checks them.
  #fill(rows, holdouts) {
    for (const row of rows) {
      if (!this.#platforms.has(row.platform)) this.#platforms.set(row.platform, new Map())
      const slots = this.#platforms.get(row.platform)
      let experiment = slots.get(row.slot)
      if (experiment === undefined) {
        const key = keyOf(row.platform, row.slot)
        experiment = { platform: row.platform, slot: row.slot, groups: new Map(), line: row.line, everyone: null }
        hashText(key, 0, 0)
        experiment.saltHigh = high
        experiment.saltLow = low
        experiment.holdout = holdouts.get(key) ?? null
        if (experiment.holdout !== null) hashText(experiment.holdout, 0, 0)
        experiment.holdoutHigh = high
        experiment.holdoutLow = low
        slots.set(row.slot, experiment)
      }
      let group = experiment.groups.get(row.segment)
      if (group === undefined) {
        group = { segment: row.segment, arms: [], line: row.line, control: null }
        experiment.groups.set(row.segment, group)
      }
      group.arms.push(new Arm(row))
    }
    for (const experiment of this.#experiments()) {
      experiment.everyone = experiment.groups.get(EVERYONE) ?? null
      for (const group of experiment.groups.values()) finish(experiment, group)
      if (experiment.everyone === null) {
        throw malformed("allocation.csv", `${nameOf(experiment)} has no rows of segment '*', which serves all other segments`, experiment.line)
      }
    }
  }

  /// XXH64 of what the table says; see TableDigest in Sources/Randomizer/AllocationTable+Export.swift.
  #digest() {
    const text = (value) => `${encoder.encode(value).length}:${value}`
    const parts = [`D${text(this.date)}P${text(this.pipeline ?? "")}`]
    for (const experiment of this.#experiments()) {
      parts.push(`E${text(experiment.platform)}${text(experiment.slot)}`)
      if (experiment.holdout !== null) parts.push(`H${text(experiment.holdout)}`)
      const groups = [...experiment.groups.values()]
      groups.sort((a, b) => (b.segment === EVERYONE) - (a.segment === EVERYONE) || compareUTF8(a.segment, b.segment))
      for (const group of groups) {
        parts.push(`G${text(group.segment)}`)
        if (group.control !== null) parts.push(`C${text(group.control.variant)}`)
        for (const arm of group.arms) parts.push(`A${text(arm.variant)}${arm.millionths};`)
      }
    }
    return xxh64(encoder.encode(parts.join("")))
  }
}

class Arm {
  constructor(row) {
    this.variant = row.variant
    this.millionths = row.millionths
    this.traffic = row.millionths / WHOLE
    this.isControl = row.isControl
    this.line = row.line
    hashText(row.variant, 0, 0)
    this.hashHigh = high
    this.hashLow = low
  }

  answer(own, date) {
    return new Assignment(this.variant, this.traffic, date, own !== undefined)
  }
}

/// Whether the control has a visitor; leaves the visitor's bits for the holdout in `high` and `low`.
function isHeld(experiment, control, visitor, unitHigh, unitLow) {
  if (experiment.holdout !== null) {
    hashText(visitor, experiment.holdoutHigh, experiment.holdoutLow)
    mix(high ^ CONTROL_HIGH, low ^ CONTROL_LOW)
  } else {
    mix(unitHigh ^ CONTROL_HIGH, unitLow ^ CONTROL_LOW)
  }
  return uniform() < control.traffic || control.millionths === WHOLE
}

/// The arm whose clock rings first. -ln(u) is at least 1 - u, so that most arms are seen to lose without a logarithm.
function leastScore(arms, unitHigh, unitLow) {
  let chosen = arms[0]
  let least = Infinity
  for (let index = 0; index < arms.length; index += 1) {
    const arm = arms[index]
    mix(unitHigh ^ arm.hashHigh, unitLow ^ arm.hashLow)
    const number = uniform()
    if (1 - number > least * arm.traffic * (1 + 2 ** -48)) continue
    const score = -Math.log(number) / arm.traffic
    if (score < least) {
      least = score
      chosen = arm
    }
  }
  return chosen
}

/// Puts the arms of a group in order and checks them.
function finish(experiment, group) {
  const place = `${nameOf(experiment)}, segment '${group.segment}',`
  group.arms.sort((a, b) => compareUTF8(a.variant, b.variant))
  let sum = 0
  for (const [index, arm] of group.arms.entries()) {
    sum += arm.millionths
    if (index > 0 && arm.variant === group.arms[index - 1].variant) {
      throw malformed("allocation.csv", `variant '${arm.variant}' of ${place} stands there twice`, arm.line)
    }
    if (!arm.isControl) continue
    if (group.control !== null) throw malformed("allocation.csv", `${place} has two controls`, arm.line)
    group.control = arm
  }
  if (sum !== WHOLE) throw malformed("allocation.csv", `traffic of ${place} sums to ${sum / WHOLE}, not to 1`, group.line)
  const namesake = group.arms.find((arm) => !arm.isControl && arm.variant === "control")
  if (group.control !== null && experiment.holdout === null && namesake !== undefined) {
    throw malformed("allocation.csv", `'control' of ${place} is a variant beside the control '${group.control.variant}'`, namesake.line)
  }
  group.others = group.arms.filter((arm) => arm !== group.control && arm.millionths > 0)
}

/// What names an experiment in hashes.
function keyOf(platform, slot) {
  return platform + "\u001f" + slot
}

function nameOf(experiment) {
  return `'${experiment.platform}' '${experiment.slot}'`
}

function byName(a, b) {
  return compareUTF8(a.platform, b.platform) || compareUTF8(a.slot, b.slot)
}

/// The order of two texts' UTF-8, which is that of their code points.
function compareUTF8(a, b) {
  const count = Math.min(a.length, b.length)
  for (let index = 0; index < count; index += 1) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left === right) continue
    // Surrogates stand for what comes after U+FFFF.
    const isLeftPair = left >= 0xd800 && left < 0xe000
    const isRightPair = right >= 0xd800 && right < 0xe000
    return isLeftPair === isRightPair ? left - right : isLeftPair ? 1 : -1
  }
  return a.length - b.length
}

// MARK: - Reading

function malformed(file, problem, line) {
  return new TableError(`${file}${line === undefined ? "" : `:${line}`}: ${problem}; publish the table again`)
}

function unverified(problem) {
  return new TableError(`allocation.csv: ${problem}; publish the table again, or roll back to an earlier one`)
}

function decode(bytes, file) {
  if (typeof bytes === "string") return bytes
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw malformed(file, "not UTF-8")
  }
}

function readManifest(bytes) {
  const file = "manifest.json"
  const text = decode(bytes, file)
  let manifest
  try {
    manifest = JSON.parse(text)
  } catch (error) {
    throw malformed(file, `not JSON: ${error.message}`)
  }
  if (typeof manifest !== "object" || manifest === null || Array.isArray(manifest)) throw malformed(file, "not an object")
  if (!FORMATS.includes(manifest.format)) {
    throw new TableError(`${file}: format is '${manifest.format}', expected ${FORMATS.join(" or ")}; use the version that published it`)
  }
  if (typeof manifest.date !== "string") throw malformed(file, "no key 'date'")
  if (!/^[0-9a-fA-F]{16}$/.test(manifest.xxh64)) throw malformed(file, "xxh64 is not 16 hexadecimal digits")
  for (const key of ["rows", "bytes"]) {
    if (!Number.isSafeInteger(manifest[key]) || manifest[key] < 0) throw malformed(file, `no key '${key}' with a whole number from 0`)
  }
  if (manifest.pipeline != null && typeof manifest.pipeline !== "string") throw malformed(file, "'pipeline' is not a string")
  const holdouts = new Map()
  const described = manifest.format === FORMATS[1] ? (manifest.experiments ?? []) : []
  if (!Array.isArray(described)) throw malformed(file, "'experiments' is not an array")
  for (const experiment of described) {
    if (typeof experiment !== "object" || experiment === null) throw malformed(file, "'experiments' holds what is not an object")
    const { platform, slot, holdout } = experiment
    for (const value of [platform, slot, holdout]) {
      if (value != null && typeof value !== "string") throw malformed(file, "a name in 'experiments' is not a string")
    }
    if (holdout == null) continue
    if (platform == null || slot == null) throw malformed(file, "a holdout in 'experiments' without platform and slot")
    holdouts.set(keyOf(platform, slot), holdout)
  }
  return { ...manifest, holdouts }
}

/// The rows of the CSV, as served. Columns and statuses that it does not know are passed over.
function readRows(bytes) {
  const file = "allocation.csv"
  const records = readCSV(bytes)
  if (records.length === 0) throw malformed(file, "no header", 1)
  const header = records[0].fields.map((field) => new TextDecoder().decode(field))
  const column = {}
  for (const name of ["date", "platform", "slot", "segment", "variant", "traffic", "status"]) {
    column[name] = header.indexOf(name)
    if (column[name] < 0 && name !== "status") throw malformed(file, `no column '${name}'`, records[0].line)
  }
  const rows = []
  const text = (record, name) => {
    let value
    try {
      value = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(record.fields[column[name]])
    } catch {
      throw malformed(file, `${name} is not UTF-8`, record.line)
    }
    if (value === "") throw malformed(file, `${name} is empty`, record.line)
    return value
  }
  for (const record of records.slice(1)) {
    const date = text(record, "date")
    if (!isDate(date)) throw malformed(file, `date is '${date}', expected YYYY-MM-DD`, record.line)
    rows.date ??= date
    if (date !== rows.date) throw malformed(file, `date is '${date}' where the rows above have ${rows.date}`, record.line)
    const share = text(record, "traffic")
    const millionths = readMillionths(share)
    if (millionths === null) throw malformed(file, `traffic is '${share}', expected 0 to 1 in plain decimals, 6 at most`, record.line)
    const status = column.status < 0 ? "" : new TextDecoder("utf-8", { ignoreBOM: true }).decode(record.fields[column.status])
    rows.push({
      platform: text(record, "platform"), slot: text(record, "slot"), segment: text(record, "segment"),
      variant: text(record, "variant"), millionths, isControl: status === "control", line: record.line,
    })
  }
  return rows
}

function isDate(text) {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (parts === null) return false
  const [year, month, day] = parts.slice(1).map(Number)
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month >= 1 && month <= 12 && day >= 1 && day <= [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
}

function readMillionths(text) {
  const parts = /^([01])(?:\.(\d{1,6}))?$/.exec(text)
  if (parts === null) return null
  const value = Number(parts[1]) * WHOLE + Number((parts[2] ?? "").padEnd(6, "0"))
  return value <= WHOLE ? value : null
}

/// The records of a CSV (RFC 4180) with their lines; every one has as many fields as the first.
function readCSV(bytes) {
  const [COMMA, QUOTE, LF, CR] = [0x2c, 0x22, 0x0a, 0x0d]
  const records = []
  let position = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  let line = 1
  const isEnd = (at) => at >= bytes.length || bytes[at] === LF || (bytes[at] === CR && (at + 1 === bytes.length || bytes[at + 1] === LF))
  while (position < bytes.length) {
    const record = { line, fields: [] }
    const isEmpty = isEnd(position)
    while (!isEmpty) {
      if (bytes[position] === QUOTE) {
        const field = []
        position += 1
        for (;;) {
          if (position >= bytes.length) throw malformed("allocation.csv", "a quote that never closes", record.line)
          if (bytes[position] === QUOTE) {
            position += 1
            if (bytes[position] !== QUOTE) break
          }
          if (bytes[position] === LF) line += 1
          field.push(bytes[position])
          position += 1
        }
        record.fields.push(Uint8Array.from(field))
      } else {
        const start = position
        while (!isEnd(position) && bytes[position] !== COMMA && bytes[position] !== QUOTE) position += 1
        record.fields.push(bytes.subarray(start, position))
      }
      if (isEnd(position)) break
      if (bytes[position] !== COMMA) throw malformed("allocation.csv", "a quote in the middle of a field", line)
      position += 1
    }
    if (bytes[position] === CR) position += 1
    position += 1
    line += 1
    if (isEmpty) continue
    if (records.length > 0 && record.fields.length !== records[0].fields.length) {
      throw malformed("allocation.csv", `${record.fields.length} fields where the header has ${records[0].fields.length}`, record.line)
    }
    records.push(record)
  }
  return records
}

/// The rows of a document that `sluice export` wrote.
function rowsOfExport(document) {
  const file = "table.json"
  const object = (value, what) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed(file, `${what} is not an object`)
    return value
  }
  object(document, "the document")
  if (document.format !== EXPORT) {
    throw new TableError(`${file}: format is '${document.format}', expected ${EXPORT}; use the version that exported it`)
  }
  if (typeof document.date !== "string" || !isDate(document.date)) throw malformed(file, "'date' is no date YYYY-MM-DD")
  const rows = []
  const holdouts = new Map()
  for (const [platform, slots] of Object.entries(object(document.platforms, "'platforms'"))) {
    for (const [slot, experiment] of Object.entries(object(slots, `'${platform}'`))) {
      if (object(experiment, `'${slot}'`).holdout != null) {
        if (typeof experiment.holdout !== "string") throw malformed(file, `the holdout of '${slot}' is not a string`)
        holdouts.set(keyOf(platform, slot), experiment.holdout)
      }
      for (const [segment, group] of Object.entries(object(experiment.segments, `segments of '${slot}'`))) {
        const shares = object(object(group, `segment '${segment}'`).millionths, `millionths of '${slot}'`)
        if (group.control != null && !Object.hasOwn(shares, group.control)) {
          throw malformed(file, `the control '${group.control}' of '${slot}' has no share`)
        }
        for (const [variant, millionths] of Object.entries(shares)) {
          if (!Number.isInteger(millionths) || millionths < 0 || millionths > WHOLE) {
            throw malformed(file, `the share of '${variant}' is not 0 to ${WHOLE} millionths`)
          }
          rows.push({ platform, slot, segment, variant, millionths, isControl: variant === group.control })
        }
      }
    }
  }
  return { rows, holdouts }
}

// MARK: - Where tables lie

/// Node: reads the table of a state directory (by its `current`), or of one table's directory. Throws TableError, or what the file system
/// says.
export async function readTable(directory) {
  const [{ readFile, realpath }, { join }] = await Promise.all([import("node:fs/promises"), import("node:path")])
  // `current` is followed once, so that both files are of one table; once more when a night published in between.
  for (let attempt = 1; ; attempt += 1) {
    const found = await realpath(join(directory, "current")).catch(() => directory)
    try {
      const [manifest, table] = [await readFile(join(found, "manifest.json")), await readFile(join(found, "allocation.csv"))]
      return Table.parse(manifest, table)
    } catch (error) {
      if (attempt < 3) continue
      error.message = `${found}: ${error.message}`
      throw error
    }
  }
}

/// A browser or an edge: reads `manifest.json` and `allocation.csv` below an address. They are of one table when the address is that of
/// one; below `current/` a night may publish between the two, and then reading throws, and the next try reads the new one.
export async function fetchTable(address, options) {
  const base = address.endsWith("/") ? address : address + "/"
  const bytes = async (name) => {
    const answer = await fetch(base + name, options)
    if (!answer.ok) throw new TableError(`${base}${name}: ${answer.status}; look whether the table is published there`)
    return new Uint8Array(await answer.arrayBuffer())
  }
  return Table.parse(await bytes("manifest.json"), await bytes("allocation.csv"))
}
