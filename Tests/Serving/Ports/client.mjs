// Answers ports.py's script in Node: client.mjs DIRECTORY-OR-EXPORT < script
import { readFile } from "node:fs/promises"
import { answer } from "./answers.mjs"
import { readTable, Table } from "./sluice_randomizer.mjs"

const place = process.argv[2]

/// An export is the same as text, as bytes and as the buffer that `fetch` gives.
async function readExport() {
  const bytes = new Uint8Array(await readFile(place))
  const sources = [bytes.buffer, bytes, new DataView(bytes.buffer), new TextDecoder().decode(bytes)]
  return sources.map((source) => Table.fromExport(source))[0]
}

try {
  const table = place.endsWith(".json") ? await readExport() : await readTable(place)
  const script = await readFile("/dev/stdin", "utf8")
  process.stdout.write(script.split("\n").slice(0, -1).map((line) => answer(table, line) + "\n").join(""))
} catch (error) {
  process.stdout.write(`error ${error.name === "TableError" ? "" : "unexpected "}${error.message}\n`)
  process.exitCode = 1
}
