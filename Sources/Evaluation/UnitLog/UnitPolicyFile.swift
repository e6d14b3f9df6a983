import CSV
import Domain

/// A policy for a log at the unit: `[KEYS…,]variant,probability`, the probabilities of each key adding to 1.
package struct UnitPolicyFile: Sendable {
    package let file: String
    /// The columns that choose the row group, as the file names them; none: the same for everybody.
    let keys: [String]
    /// By the keys' values: the probabilities of variants.
    let groups: [[String]: [String: Double]]

    /// Reads a policy.
    ///
    /// - Parameter variantName: what the log calls its variants: the file may call them that too.
    package init(_ bytes: [UInt8], file: String, variantName: String) throws(UnitLogError) {
        self.file = file
        do {
            (keys, groups) = try UnitPolicyFile.read(bytes, file: file, variantName: variantName)
        } catch let error as CSVError {
            throw UnitLogError("\(InputFileError(file: file, error))")
        } catch let error as UnitLogError {
            throw error
        } catch {
            throw UnitLogError("\(file): \(error)")
        }
    }

    private static func read(
        _ bytes: [UInt8], file: String, variantName: String
    ) throws -> ([String], [[String]: [String: Double]]) {
        var reader = CSVReader(bytes)
        var record = CSVRecord()
        guard try reader.read(&record) else {
            throw UnitLogError("\(file):1: empty; write a header: variant,probability")
        }
        let header = (0..<record.count).map { record.string($0) }
        guard let variant = header.firstIndex(of: "variant") ?? header.firstIndex(of: variantName),
            let probability = header.firstIndex(of: "probability")
        else {
            throw UnitLogError(
                "\(file):\(record.line): the header is \(header.joined(separator: ",")); it must have variant and "
                    + "probability, and beside them the columns that choose: a policy is "
                    + "[visitor,][segment,][position,][COLUMNS OF THE LOG…,]variant,probability")
        }
        let keyColumns = header.indices.filter { $0 != variant && $0 != probability }
        var groups: [[String]: [String: Double]] = [:]
        var lines: [[String]: Int] = [:]
        while try reader.read(&record) {
            let key = keyColumns.map { column in
                header[column] == "position" ? Position.normal(record.string(column)) : record.string(column)
            }
            let text = record.string(probability)
            guard let share = Double(text), share >= 0, share <= 1 + 1e-6 else {
                throw UnitLogError(
                    "\(file):\(record.line): probability is '\(text)'; write a number from 0 to 1")
            }
            let name = record.string(variant)
            guard !name.isEmpty else { throw UnitLogError("\(file):\(record.line): no variant; write its name") }
            guard groups[key, default: [:]].updateValue(share, forKey: name) == nil else {
                throw UnitLogError(
                    "\(file):\(record.line): a second row of \((key + [name]).joined(separator: ",")); keep one")
            }
            if lines[key] == nil { lines[key] = record.line }
        }
        guard !groups.isEmpty else { throw UnitLogError("\(file): a header and no row; write the probabilities") }
        for (key, line) in lines.sorted(by: { $0.value < $1.value }) {
            let sum = (groups[key] ?? [:]).values.sorted().reduce(0, +)
            guard abs(sum - 1) <= 1e-6 else {
                let of = key.isEmpty ? "" : " of \(key.joined(separator: ","))"
                throw UnitLogError(
                    "\(file):\(line): the probabilities\(of) add to \(PlainDecimal.string(sum)); they must add to 1")
            }
        }
        return (keyColumns.map { header[$0] }, groups)
    }
}
