import Domain
import State
import Uplift

/// Which customers a message moves, and whom to send what.
enum UpliftCommand: Command {
    static let name = "uplift"
    static let summary = "Says which customers a message moves, and whom to send what."
    static let discussion = """
        Some customers buy because of a message, some would have bought anyway, and some are put off by it. Scores say how much
        each message is expected to move each customer; outcomes of a campaign with an untouched control say whether that is so:

          scores.csv    customer,message,uplift,baseline[,se][,cost][,fold]         a row for each customer and message
          outcomes.csv  customer,message,outcome[,propensity][,wave][,reason][,date]   a row for each customer and wave

        `uplift` is what the message adds to the outcome, `baseline` the outcome expected without contact. `message` of an outcome
        is what the customer received, `control` for no contact; `propensity` the probability with which he received it. Columns
        stand in any order, others are ignored; files may be .gz or .zst, or `-`: standard input.

        Customers are sorted by score and cut into bins; within each bin those who got the message are set against control,
        weighted by 1/propensity (normalised to average 1 within each arm: constant propensities give unweighted figures). Into
        --output go
          deciles.csv    each bin's response rates, uplift and its interval; `total` is everybody
          uplift.csv     ate, qini and auuc per customer, scikit-uplift's scores, calibration, effective sample sizes
          curve.csv      what is gained when customers are contacted from the highest score down
          uplift.html    all of it on one page, in words and drawings
        and with --decide
          decisions.csv  whom to send what, and why: best, weak, costly, sleeping (the message puts them off), reserved
          policy.csv     what the rule would have brought beside nobody and everybody, by two estimators, with errors
        and with --bands
          bands.csv      customer,segment: the band of each customer's best message, as a segment for the nightly job
          bands.json     the cut points: give them to later waves with --bands-from, so that a band keeps its meaning

        A contact is decided for where its net value is above 0, and the lower bound of its uplift too, at --confidence. Figures
        that are not defined are empty fields. What is left out is counted and named on standard error.

        Exit: 64 the command line does not fit the files (a message without scores, more bins than rows, no propensity); 65 a
        file's content is wrong, with the line; 66 no message has both treated customers and control. Nothing is written then.
        """
    static let examples = [
        "sluice uplift --scores scores.csv --outcomes outcomes.csv --output uplift",
        "sluice uplift --scores scores.csv --outcomes wave-1.csv.gz --outcomes wave-2.csv.gz --output uplift --decide "
            + "--value 40 --cost spring=0.5,summer=0.2 --bands",
        "sluice uplift --scores scores.csv --outcomes outcomes.csv --output uplift --shares control=0.2,spring=0.4,summer=0.4",
    ]
    static let options = [
        Option(
            name: "scores", value: "FILE", help: "the expected uplift of each customer and message", isRequired: true),
        Option(
            name: "outcomes", value: "FILE", help: "what customers got and what came of it; may be given several times",
            isRequired: true, isRepeatable: true),
        Option(name: "output", value: "DIR", help: "where the tables go", isRequired: true),
        Option(
            name: "message", value: "NAME",
            help: "only this one; may be given several times (default: all of the scores)",
            isRepeatable: true),
        Option(name: "control", value: "NAME", help: "how outcomes call no contact (default: control)"),
        Option(name: "shares", value: "NAME=P,…", help: "propensities of what was received, where outcomes have none"),
        Option(name: "table", value: "DIR", help: "the allocation table that gives them: state/allocations/date=…"),
        Option(name: "bins", value: "N", help: "parts that customers are cut into (default: 10)"),
        Option(name: "level", value: "L", help: "of the intervals (default: 0.95)"),
        Option(
            name: "outcome-cap", value: "C",
            help: "outcomes beyond it, either side of 0, count as much: whales, refunds"),
        Option(name: "decide", value: nil, help: "write decisions.csv and policy.csv"),
        Option(name: "value", value: "V", help: "worth of a unit of the outcome (default: 1)"),
        Option(
            name: "cost", value: "NAME=C,…", help: "cost of a contact by message, where scores have none (default: 0)"),
        Option(name: "confidence", value: "C", help: "one-sided, that a contact's uplift is above 0 (default: 0.9)"),
        Option(
            name: "reserve", value: "FILE",
            help: "customers who are not contacted: a column customer; several times too",
            isRepeatable: true),
        Option(name: "release-control", value: nil, help: "customers of control may be contacted"),
        Option(name: "bands", value: nil, help: "write bands.csv and bands.json"),
        Option(name: "bands-from", value: "FILE", help: "cut bands where this bands.json does"),
        Option(name: "wave-from", value: "FILE", help: "the wave.json that drew the outcomes (default: beside them)"),
        Option(name: "workers", value: "N", help: "threads (default: the machine's); they change no digit"),
        Option(name: "quiet", value: nil, help: "say nothing but warnings and errors"),
    ]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let options = try UpliftOptions(arguments)
        let analysis: UpliftAnalysis
        do throws(UpliftError) {
            analysis = try UpliftAnalysis(options.settings)
        } catch {
            switch error {
            case .usage(let text): throw UsageError(text)
            case .input(let text): throw InputError(description: text)
            case .nothing, .early:
                Console.error("\(error)", code: "nothing-to-compute")
                return .noData
            case .file(let error): throw error
            }
        }
        try options.compareWave(analysis)
        let files = UpliftFiles(analysis, options)
        try files.write()
        for warning in analysis.warnings { Console.warning(warning) }
        if !arguments.has("quiet") {
            for remark in analysis.remarks { Console.information(remark) }
            for line in UpliftSummary.lines(analysis) { Console.information(line) }
        }
        return .done
    }
}
