import Domain
import EventLog
import State
import Uplift

/// The next wave of a campaign, and whether its waves have settled.
enum WaveCommand: Command {
    static let name = "wave"
    static let summary = "Draws the next wave of a campaign, or says whether its targeting has settled."
    static let discussion = """
        A campaign goes out in waves: test, learn, target, until it is stable. In each wave the share --size of the customers is
        contacted as the scores say, but the share --explore of them is drawn among all messages and no message, so that there is
        something to learn from; and the share --control of all customers stays untouched for the whole campaign:

          sluice wave --scores scores.csv --campaign diwali --wave 1 --control 0.1 --explore 0.2 --size 0.05 --output wave-1

        Control is drawn by the campaign's name alone, so it is the same customers in every wave, and in an experiment of the
        nightly job with `holdout: "diwali"` and the same share. Everything else is drawn anew in each wave. Into --output go

          decisions.csv  customer,message,reason,propensity,wave   in byte order of the customers; reason: control, explore, target
          wave.json      how many customers got what, and the digests of the files that drew the wave

        `message` is control, none (chosen, and sent nothing) or a message; `propensity` is the exact probability of it. Join the
        outcomes to this file: it is what `sluice uplift` and --status read then. Customers who are `out` of the wave are written
        with --all only.

        With --scores a customer's message is the one with the greatest uplift less cost, where that is above 0; with --decisions
        (of `sluice uplift --decide`) the one decided on, and --message names all that may be sent; whom they call `reserved` is
        left out, unless he is of this campaign's control, which stays so. --customers says who takes
        part (who is not in it is left out: opt-outs), and those without scores count as none. --reserve names customers who are
        left out before anything is drawn.

        --status tells, of the outcomes of three waves or more (with columns wave and reason), what targeting brought over control
        in each wave, and prints `stable` where the last two steps were smaller than --tolerance of it for certain, or
        `continue`, with the size of wave at which the present steps would pass. With --contacts, the contact logs of the whole
        house, it tells how many of control were contacted all the same. An outcome counts in the wave in which it was written:
        read a wave when its outcomes are final; earlier contacts carry over.

        Exit: 64 the command line does not fit the files (explore so small that an action's share rounds to 0: the least is named);
        65 a file's content is wrong, with the line; 66 nobody takes part; 70 fewer than three waves. Nothing is written then.
        """
    static let examples = [
        "sluice wave --scores scores.csv --campaign diwali --wave 2 --control 0.1 --explore 0.1 --output wave-2",
        "sluice wave --decisions uplift/decisions.csv --message spring --message summer --campaign diwali --wave 3 "
            + "--control 0.1 --explore 0.1 --size 1 --reserve opt-outs.csv --output wave-3",
        "sluice wave --status --outcomes outcomes.csv --contacts contacts.csv --from 2026-11-01 --until 2026-12-01",
    ]
    static let options = [
        Option(name: "scores", value: "FILE", help: "customer,message,uplift,baseline[,cost]: as of sluice uplift"),
        Option(name: "decisions", value: "FILE", help: "customer,message: as of sluice uplift --decide"),
        Option(
            name: "message", value: "NAME", help: "that may be sent; needed with --decisions; several times",
            isRepeatable: true),
        Option(name: "campaign", value: "NAME", help: "its name; control hangs on it"),
        Option(name: "wave", value: "N", help: "the wave's number, from 1"),
        Option(
            name: "control", value: "C",
            help: "share of all customers who stay untouched, below 1; six decimals at most"),
        Option(name: "explore", value: "E", help: "share of the wave that is drawn among all messages and none"),
        Option(name: "size", value: "S", help: "share of the others who are in the wave (default: 0.05)"),
        Option(
            name: "customers", value: "FILE", help: "who takes part: a column customer (default: all of the scores)"),
        Option(
            name: "reserve", value: "FILE", help: "who is left out before any draw: a column customer; several times",
            isRepeatable: true),
        Option(name: "all", value: nil, help: "write customers who are out of the wave too"),
        Option(name: "output", value: "DIR", help: "where decisions.csv and wave.json go"),
        Option(name: "status", value: nil, help: "say whether targeting has settled"),
        Option(
            name: "outcomes", value: "FILE", help: "with --status: what came of the waves; several times",
            isRepeatable: true),
        Option(
            name: "contacts", value: "FILE", help: "with --status: customer,ts,channel[,campaign] of the whole house"),
        Option(name: "from", value: "T", help: "contacts from this time on: 2026-11-01 or 2026-11-01T00:00:00Z"),
        Option(name: "until", value: "T", help: "contacts before this time"),
        Option(
            name: "tolerance", value: "T",
            help: "of the equivalence test, as a share of what targeting brings (default: 0.1)"),
        Option(name: "level", value: "L", help: "how certain a step must be small, and of intervals (default: 0.95)"),
        Option(name: "workers", value: "N", help: "threads (default: the machine's); they change no digit"),
        Option(name: "quiet", value: nil, help: "say nothing but warnings and errors"),
    ]

    private static let ofStatus = ["outcomes", "contacts", "from", "until", "tolerance", "level"]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        do {
            if arguments.has("status") {
                for name in arguments.given where name != "status" && name != "workers" && name != "quiet" {
                    guard ofStatus.contains(name) else { throw UsageError("--\(name) does not go with --status") }
                }
                return try WaveStatusMode.run(arguments)
            }
            for name in ofStatus where arguments.given.contains(name) {
                throw UsageError("--\(name) goes with --status")
            }
            return try draw(arguments)
        } catch let error as UpliftError {
            switch error {
            case .usage(let text): throw UsageError(text)
            case .input(let text): throw InputError(description: text)
            case .nothing:
                Console.error("\(error)", code: "nothing-to-compute")
                return .noData
            case .early:
                Console.error("\(error)", code: "too-few-waves")
                return .notAllocated
            case .file(let error): throw error
            }
        }
    }

    private static func draw(_ arguments: Arguments) throws -> ExitCode {
        let options = try WaveOptions(arguments)
        let spool = StreamSpool()
        let recommended = try options.recommended(spool)
        let wave = try Wave(options.settings, recommended, spool: spool)
        let inputs = try options.inputs()
        let folder = try OutputFolder(options.output, besides: options.files)
        let file = try folder.begin("decisions.csv")
        let (customers, actions) = try wave.write { try file.append($0) }
        guard customers > 0 else {
            throw UpliftError.nothing("nobody is left after the reserve: no customer takes part")
        }
        try folder.write(JSONFile.bytes(of: wave.record(customers, actions, inputs: inputs)), to: "wave.json")
        try folder.commit()
        for warning in wave.warnings { Console.warning(warning) }
        guard !arguments.has("quiet") else { return .done }
        for remark in wave.remarks { Console.information(remark) }
        if wave.reserved > 0 {
            Console.information("\(Text.count(wave.reserved, "customer")) of the reserve left out before any draw")
        }
        for action in actions {
            Console.information(
                "\(Text.printable(action.action)): \(Text.count(action.customers, "customer")), "
                    + "\(Text.decimal(action.share * 100, 2)) %")
        }
        return .done
    }
}
