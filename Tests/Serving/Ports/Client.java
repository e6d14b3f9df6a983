import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Answers ports.py's script in Java: Client DIRECTORY < script */
final class Client {
    public static void main(String[] words) throws IOException {
        PrintStream output = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        SluiceRandomizer.Table table;
        try {
            table = SluiceRandomizer.Table.read(Path.of(words[0]));
        } catch (IOException error) {
            output.println("error " + error.getMessage());
            output.flush();
            System.exit(1);
            return;
        }
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) output.println(answer(table, line.split(" ")));
        output.flush();
    }

    private static String answer(SluiceRandomizer.Table table, String[] words) {
        switch (words[0]) {
            case "xxh64":
                byte[] bytes = bytes(words[1]);
                return hexadecimal(SluiceRandomizer.xxh64(bytes, bytes.length, Long.parseUnsignedLong(words[2], 16)));
            case "mix64":
                return hexadecimal(SluiceRandomizer.mix64(Long.parseUnsignedLong(words[1], 16)));
            case "bench":
                return bench(table, words[1], words[2], Integer.parseInt(words[3]));
            default:
        }
        List<String> texts = Stream.of(words).skip(1).map(word -> new String(bytes(word), StandardCharsets.UTF_8)).toList();
        if (words[0].equals("explain")) return json(table.explain(texts.get(0), texts.get(1), texts.get(3), texts.get(2)), texts.get(3));
        var shown = words[0].equals("allowed")
            ? table.assign(texts.get(0), texts.get(1), texts.get(3), texts.get(2), texts.subList(4, texts.size()))
            : table.assign(texts.get(0), texts.get(1), texts.get(3), texts.get(2));
        if (shown == null) return "null";
        return HexFormat.of().formatHex(shown.variant().getBytes(StandardCharsets.UTF_8)) + " "
            + hexadecimal(Double.doubleToRawLongBits(shown.propensity())) + " " + shown.date() + " " + (shown.hasOwnGroup() ? 1 : 0);
    }

    private static byte[] bytes(String word) {
        return word.equals("-") ? new byte[0] : HexFormat.of().parseHex(word);
    }

    private static String hexadecimal(long value) {
        return String.format("%016x", value);
    }

    /** The explanation in the form that the others give it. */
    private static String json(SluiceRandomizer.Explanation explanation, String visitor) {
        if (explanation == null) return "null";
        var shown = explanation.assignment();
        var holdout = explanation.holdout();
        String held = holdout == null ? "null" : "{\"name\":" + quoted(holdout.name()) + ",\"variant\":" + quoted(holdout.variant())
            + ",\"traffic\":" + holdout.traffic() + ",\"hash\":\"" + hexadecimal(holdout.hash()) + "\",\"uniform\":" + holdout.uniform()
            + ",\"is_held\":" + holdout.isHeld() + "}";
        String arms = explanation.arms().stream()
            .map(arm -> "{\"variant\":" + quoted(arm.variant()) + ",\"traffic\":" + arm.traffic() + ",\"hash\":\"" + hexadecimal(arm.hash())
                + "\",\"score\":" + (Double.isInfinite(arm.score()) ? "null" : arm.score()) + "}")
            .collect(Collectors.joining(","));
        return "{\"date\":" + quoted(shown.date()) + ",\"visitor\":" + quoted(visitor) + ",\"segment\":" + quoted(explanation.segment())
            + ",\"variant\":" + quoted(shown.variant()) + ",\"propensity\":" + shown.propensity() + ",\"has_own_group\":"
            + shown.hasOwnGroup() + ",\"holdout\":" + held + ",\"arms\":[" + arms + "]}";
    }

    private static String quoted(String text) {
        if (text == null) return "null";
        return text.chars().mapToObj(unit -> String.format("\\u%04x", unit)).collect(Collectors.joining("", "\"", "\""));
    }

    /** Nanoseconds of an assignment: of the fastest of many short turns, which nothing else on the machine came into. */
    private static String bench(SluiceRandomizer.Table table, String platform, String slot, int count) {
        String[] visitors = Stream.iterate(0, number -> number + 1).limit(1000).map(number -> "visitor-" + number).toArray(String[]::new);
        long seen = 0;
        long least = Long.MAX_VALUE;
        for (int turn = 0; turn < count / 1000; turn++) {
            long start = System.nanoTime();
            for (String visitor : visitors) seen += table.assign(platform, slot, visitor, "*").variant().length();
            least = Math.min(least, System.nanoTime() - start);
        }
        return seen == 0 ? "nothing" : String.format("%.0f", (double) least / 1000);
    }
}
