// Answers ports.py's script in Node: client.mjs DIRECTORY-OR-EXPORT < script
import { readFile } from "node:fs/promises"
import { answer } from "./answers.mjs"
import { readTable, Table } from "./sluice_randomizer.mjs"

const place = process.argv[2]
try {
  const table = place.endsWith(".json") ? Table.fromExport(await readFile(place)) : await readTable(place)
  const script = await readFile("/dev/stdin", "utf8")
  process.stdout.write(script.split("\n").slice(0, -1).map((line) => answer(table, line) + "\n").join(""))
} catch (error) {
  process.stdout.write(`error ${error.name === "TableError" ? "" : "unexpected "}${error.message}\n`)
  process.exitCode = 1
}
