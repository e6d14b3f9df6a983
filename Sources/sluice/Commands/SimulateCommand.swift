import Simulation

/// Days of a world whose truth is known.
enum SimulateCommand: Command {
    static let name = "simulate"
    static let summary = "Simulates a world with known rates day by day, and says what the settings gave away."
    static let discussion = """
        Reads a world file (JSON5): experiments with the true rate of every arm and segment, how they swing, drift and wear
        off, who joins and who is blacklisted, nights without logs and with broken ones, bots, people who return or
        travel; and beside them a pipeline's settings. See pipelines/worlds/demo.json5, where every key is explained.

        Each day visitors come, are assigned by the table in force as serving code does it, and what they do is written as a
        log; then the nightly run reads the log and publishes the next table. Every slot has people of its own. OUTPUT holds
        what any pipeline has:
          events/date=D/       the logs                       state/               as `sluice run` leaves it
          pipeline.json5       the last night's configuration blacklist.csv        the last night's
          world.json5          the world file
        and what can only be written by one who knows the truth:
          nights.csv   day, date, platform, slot, visitors, expected reward and regret; the arm with most traffic among
                       everyone, its traffic and P(best), empty when none is ahead; the truly best arm, and whether it
                       leads; people who returned, and those of them who were shown another arm than last time; churn: the
                       share of visitors whom the night moves to another arm; floor_traffic: the share of traffic that arms
                       have by their floor beyond P(best); how the night ended (published, no data, carried over, stopped)
          regret.csv   day, date, platform, slot, policy, expected reward, regret, regret in days of traffic

        Regret is in expected rewards: for all people of a day, the reward of the best arm of their segment less that of the
        arm shown, among the arms that competed for the table in force, which is an old one when a night stopped. One day of
        traffic is what an even split regrets on an average day: visitors x (best - mean of the arms). A control is not
        regretted: its share is fixed. Policies: oracle knows the truth, chosen is the settings given, then an even split of
        the same people, and three others on days of the same world that are drawn as --fast draws them. In folded tables the
        leading arm is that of a row's last day. One seed gives the same bytes.

        OUTPUT must be new, empty, or an earlier simulation's, which is known by its file .sluice-simulation and replaced.

        --fast draws each day's counts instead of writing its logs, runs many worlds that way and sets the chosen settings
        beside an even split, an A/B test that ships its leader, epsilon-greedy and plain pooled Thompson sampling: regret,
        how often the best arm leads, how often a winner is called falsely, how many visitors a night moves. Bots, returning
        visitors and the few torn lines that stop no night leave no trace there. --tune does so for a grid of settings on
        worlds around the one given, and recommends other settings only when as many new worlds confirm them.

        --study and --replay need no world file. --study seasonality shows what it is worth to take each day's base rate out
        (adjusted against pooled days), --study segments what it is worth to do so in every segment apart (stratified, the
        default, against adjusted). --replay replays real tests as bandits, and says what an even split and an A/B test gave
        away.
        """
    static let examples = [
        "sluice simulate --world pipelines/worlds/demo.json5 --output demo",
        "sluice simulate --world pipelines/worlds/demo.json5 --output demo --days 7 --seed 2 --compression zstd",
        "sluice simulate --world pipelines/worlds/demo.json5 --fast --worlds 500 --csv regret.csv",
        "sluice simulate --world pipelines/worlds/demo.json5 --tune",
        "sluice simulate --study seasonality",
        "sluice simulate --study segments --worlds 200",
        "sluice simulate --replay fixtures/upworthy_sample.csv",
    ]
    /// The ways to run it.
    static let modes: [any (SimulationMode & Sendable).Type] = [
        EndToEndMode.self, CountLevelMode.self, TuneMode.self, StudyMode.self, ReplayMode.self,
    ]
    static let options = SharedOption.allCases.map(\.option) + modes.flatMap { $0.options }

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let asked = modes.filter { mode in mode.switchName.map { arguments.given.contains($0) } ?? false }
        if asked.count > 1 {
            let switches = asked.map { $0.words }.joined(separator: " and ")
            throw UsageError("\(switches) are different things; give one of them")
        }
        let mode = asked.first ?? EndToEndMode.self
        for name in arguments.given where !mode.takes(name) {
            let takers = modes.filter { $0.takes(name) }.map { $0.words }
            throw UsageError(
                "--\(name) does not go with \(mode.words); it goes with \(takers.joined(separator: " and "))")
        }
        return try mode.run(arguments)
    }
}
