import Configuration
import Domain
import Randomizer
import State

extension NightlyRun {
    /// Stops before anything is written to the state directory of another pipeline, known by the table that serves, or by the newest
    /// where none does. A state without tables is anybody's.
    package func refuseOtherPipeline() throws(RunFailure) {
        let date = try files { () throws(FileError) -> CalendarDate? in
            if let current = try state.currentDate() { return current }
            return try state.allocationDates().last
        }
        guard let date else { return }
        let path = state.allocation(on: date) + "/" + AllocationFormat.manifestFile
        // A manifest that is damaged says nothing of whose it is; the night says what is wrong with it.
        guard let bytes = try readIfThere(path), let found = try? Manifest(json: bytes, file: path).pipeline,
            found != configuration.pipeline
        else { return }
        throw .otherPipeline(found, table: date, configured: configuration.pipeline)
    }
}
