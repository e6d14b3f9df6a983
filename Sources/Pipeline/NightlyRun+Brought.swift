import Configuration
import Dispatch
import Domain
import Evaluation
import Learning
import State
import Synchronization

extension NightlyRun {
    /// Days that what the tables brought is summed over, up to the table's own: as many as the report and `history` show.
    private static var daysBrought: Int { 90 }
    /// Experiments that a run names one by one.
    private static var namedGains: Int { 3 }

    /// Says what the tables brought where that is new: the interval of a gain leaves out 0 by now, and did not, on that side,
    /// by what was known before the run.
    ///
    /// - Parameters:
    ///   - history: what the night learned from.
    ///   - first: the first night of the run.
    func sayWhatTablesBrought(
        _ history: History, since first: CalendarDate, by night: CalendarDate, into outcome: inout NightOutcome
    ) {
        do throws(StateEvidence.Failure) {
            let now = try StateEvidence(state, rows: history.rows, options: options(through: night))
            let before = now.limited(options(through: first.advanced(by: -1)))
            let experiments = configuration.experiments
            let found = Mutex([(brought: Brought, gains: [Brought.Gain])?](repeating: nil, count: experiments.count))
            DispatchQueue.concurrentPerform(iterations: experiments.count) { index in
                guard let brought = self.brought(experiments[index], now) else { return }
                let known = brought.gains.filter { $0.sign != 0 }
                guard !known.isEmpty else { return }
                let earlier = self.brought(experiments[index], before)?.gains ?? []
                let new = known.filter { gain in
                    !earlier.contains { $0.alternative == gain.alternative && $0.sign == gain.sign }
                }
                if !new.isEmpty { found.withLock { $0[index] = (brought, new) } }
            }
            let new = zip(experiments, found.withLock { $0 }).compactMap { configured, found in
                found.map { (key: configured.experiment.key, brought: $0.brought, gains: $0.gains) }
            }
            for known in new.prefix(NightlyRun.namedGains) {
                report(.gainKnown(night, known.key, known.brought, known.gains))
            }
            let others = new.count - NightlyRun.namedGains
            if others > 0 { report(.otherGainsKnown(night, experiments: others)) }
        } catch {
            warn(.gainUnknown(night, reason: "\(error)"), in: &outcome)
        }
    }

    private func options(through last: CalendarDate) -> StateEvidence.Options {
        var options = StateEvidence.Options()
        options.dates = last.advanced(by: 2 - NightlyRun.daysBrought)...last
        options.skipsDamaged = true
        return options
    }

    /// Nil where nothing can be told, which is no fault: a table that is damaged or gone leaves its visitors out.
    private func brought(_ configured: ExperimentConfiguration, _ evidence: StateEvidence) -> Brought? {
        let (experiment, reward) = (configured.experiment, configured.learning.reward)
        guard let log = try? evidence.log(of: experiment.key, reward: reward, handover: .share(0)).log else {
            return nil
        }
        return Brought(log, reward: reward, control: experiment.control?.variant)
    }
}
