import CSV
import Domain
import Essentials
package import State

/// The files of a spent budget, put in place together: the old ones or the new ones.
package struct BudgetFiles {
    // The last one says what came of it: where it is new, all are.
    private static let names = ["decisions.csv", "curve.csv", "budget.html", "budget.json"]
    private let folder: OutputFolder

    /// - Parameters:
    ///   - directory: made where it is missing.
    ///   - inputs: files that are read, which are not replaced.
    package init(_ directory: String, besides inputs: [String]) throws(FileError) {
        folder = try OutputFolder(directory, names: BudgetFiles.names, besides: inputs)
    }

    /// Decides, and writes everything.
    ///
    /// - Parameter page: makes the page of the result.
    package func write(_ run: BudgetRun, page: (BudgetResult) -> String) throws(BudgetError) -> BudgetResult {
        do {
            let decisions = try folder.begin(BudgetFiles.names[0])
            let result = try run.decide { (bytes) throws(BudgetError) in
                do throws(FileError) { try decisions.append(bytes) } catch { throw .file(error) }
            }
            let contents = [result.curveBytes, Array(page(result).utf8), result.jsonBytes]
            for (name, bytes) in zip(BudgetFiles.names.dropFirst(), contents) { try folder.write(bytes, to: name) }
            try folder.commit()
            return result
        } catch let error as BudgetError {
            throw error
        } catch let error as FileError {
            throw .file(error)
        } catch {
            throw .usage("\(error)")
        }
    }
}

extension BudgetResult {
    /// `curve.csv`: with groups, a curve for each as if it were alone.
    var curveBytes: [UInt8] {
        var writer = CSVWriter()
        let hasGroups = !groups.isEmpty
        writer.write(["budget", "value", "bound", "shadow_price", "contacted"] + (hasGroups ? ["group"] : []))
        for curve in curves {
            for point in curve.points {
                writer.write(
                    [
                        unit.string(point.budget), Value.string(point.value), Value.string(point.boundValue),
                        Value.string(point.breakStep?.perMoney(unit) ?? 0), String(point.contacted),
                    ] + (hasGroups ? [curve.group?.string ?? ""] : []))
            }
        }
        return writer.bytes
    }

    /// `budget.json`: amounts and values as exact decimals.
    var jsonBytes: [UInt8] {
        struct Numbers: Encodable {
            var group: String?
            var budget, spent, value: Decimal
            var bound, gap: Decimal?
            var shadowPrice: Decimal?
            var guarantee: Decimal?
            var method: String
            var contacted, customers: Int

            enum CodingKeys: String, CodingKey {
                case group, budget, spent, value, bound, gap, shadowPrice, guarantee, method, contacted, customers
            }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encodeIfPresent(group, forKey: .group)
                try container.encode(budget, forKey: .budget)
                try container.encode(spent, forKey: .spent)
                try container.encode(value, forKey: .value)
                try container.encode(bound, forKey: .bound)
                // Null, not absent: there is none.
                try container.encode(gap, forKey: .gap)
                try container.encode(shadowPrice, forKey: .shadowPrice)
                try container.encode(guarantee, forKey: .guarantee)
                try container.encode(method, forKey: .method)
                try container.encode(contacted, forKey: .contacted)
                try container.encode(customers, forKey: .customers)
            }
        }
        struct Rejected: Encodable {
            var reason: String
            var line, lines: Int64
        }
        struct Contents: Encodable {
            var total: Numbers
            var groups: [Numbers]?
            var unit: Decimal
            var lines: Int64
            var rejected: Int64
            var rejectedLines: [Rejected]
            var formulaCustomers: Int

            enum CodingKeys: String, CodingKey { case groups, unit, lines, rejected, rejectedLines, formulaCustomers }

            func encode(to encoder: any Encoder) throws {
                try total.encode(to: encoder)
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encodeIfPresent(groups, forKey: .groups)
                try container.encode(unit, forKey: .unit)
                try container.encode(lines, forKey: .lines)
                try container.encode(rejected, forKey: .rejected)
                try container.encode(rejectedLines, forKey: .rejectedLines)
                try container.encode(formulaCustomers, forKey: .formulaCustomers)
            }
        }
        func decimal(_ text: String) -> Decimal { Decimal(string: text) ?? 0 }
        func numbers(_ part: Part) -> Numbers {
            Numbers(
                group: part.group?.string, budget: decimal(unit.string(part.budget)),
                spent: decimal(unit.string(part.spent)),
                value: decimal(Value.string(part.value)), bound: part.boundValue.map { decimal(Value.string($0)) },
                gap: part.gap.map { decimal(PlainDecimal.string($0)) },
                shadowPrice: part.shadowPrice(unit).map { decimal(Value.string($0)) },
                guarantee: part.guarantee.map { decimal(Value.string($0)) }, method: part.method.rawValue,
                contacted: part.contacted,
                customers: part.customers)
        }
        return JSONFile.bytes(
            of: Contents(
                total: numbers(total), groups: groups.isEmpty ? nil : groups.map(numbers), unit: decimal(unit.text),
                lines: lines,
                rejected: rejected.count,
                rejectedLines: rejected.samples.map { Rejected(reason: $0.kind.words, line: $0.line, lines: $0.count) },
                formulaCustomers: formulaCustomers))
    }
}
