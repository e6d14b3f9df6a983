import Allocation
import BotFilter
package import Configuration
import Domain
import Learning
import State

extension NightlyRun {
    /// What is wrong with the files that a configuration names for every night: blacklist, priors, deny lists.
    package static func faultsOfInputs(_ configuration: Configuration) -> [RunFailure] {
        var faults: [RunFailure] = []
        func check(_ path: String, _ parse: ([UInt8]) throws(RunFailure) -> Void) {
            do throws(FileError) {
                let bytes = try FileSystem.read(path)
                do throws(RunFailure) {
                    try parse(bytes)
                } catch {
                    faults.append(error)
                }
            } catch {
                faults.append(.input(error))
            }
        }
        if let path = configuration.blacklist {
            check(path) { bytes throws(RunFailure) in
                do throws(InputFileError) {
                    _ = try Blacklist(bytes, file: path)
                } catch {
                    throw .inputFile(error)
                }
            }
        }
        for path in Set(configuration.experiments.compactMap(\.learning.priors)).sorted() {
            check(path) { bytes throws(RunFailure) in
                do throws(InputFileError) {
                    _ = try PriorCounts(bytes, file: path)
                } catch {
                    throw .inputFile(error)
                }
            }
        }
        for path in configuration.bots.denyLists where PathTemplate(path).isPlain { check(path) { _ in } }
        for path in configuration.bots.denyNetworks where PathTemplate(path).isPlain {
            check(path) { bytes throws(RunFailure) in
                do throws(BotFilterError) {
                    var networks = NetworkDenyList()
                    try networks.add(bytes, file: path)
                } catch {
                    throw .denyList(error)
                }
            }
        }
        return faults
    }
}
