import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Assigns visitors to variants by Sluice's nightly tables, as Sources/Randomizer/ASSIGNMENT.md says: one file for Java 17 or later that
 * needs nothing but the JDK. Put it into your sources, and name your package in it.
 *
 * <pre>{@code
 * var table = SluiceRandomizer.Table.read(Path.of("/var/lib/sluice/state"));   // a state directory, or one table's directory
 * var shown = table.assign("web", "home-hero", visitor, segment);              // null: show the slot's default
 * }</pre>
 *
 * A table never changes, and all threads may use it at once. A new one is a new object: keep it in a volatile field, read it anew every few
 * seconds, and keep the last good one when reading throws. Text is hashed as its UTF-8; a string with half of a surrogate pair is no Unicode
 * text, and counts as one with U+FFFD there.
 */
public final class SluiceRandomizer {
    private SluiceRandomizer() {}

    /** A table that cannot be served; the message names file, line and remedy. */
    public static final class TableException extends IOException {
        private static final long serialVersionUID = 1;

        TableException(String message) {
            super(message);
        }

        static TableException malformed(String file, int line, String problem) {
            return new TableException(file + (line > 0 ? ":" + line : "") + ": " + problem + "; publish the table again");
        }

        static TableException unverified(String problem) {
            return new TableException("allocation.csv: " + problem + "; publish the table again, or roll back to an earlier one");
        }
    }

    // 64 bits

    private static final long P1 = 0x9E3779B185EBCA87L;
    private static final long P2 = 0xC2B2AE3D27D4EB4FL;
    private static final long P3 = 0x165667B19E3779F9L;
    private static final long P4 = 0x85EBCA77C2B2AE63L;
    private static final long P5 = 0x27D4EB2F165667C5L;

    private static long round(long accumulator, long input) {
        return Long.rotateLeft(accumulator + input * P2, 31) * P1;
    }

    private static long word(byte[] bytes, int at, int count) {
        long word = 0;
        for (int index = count - 1; index >= 0; index--) word = word << 8 | bytes[at + index] & 0xFF;
        return word;
    }

    /** XXH64 of the first {@code count} bytes. */
    public static long xxh64(byte[] bytes, int count, long seed) {
        int position = 0;
        long hash;
        if (count >= 32) {
            long first = seed + P1 + P2;
            long second = seed + P2;
            long third = seed;
            long fourth = seed - P1;
            for (; position + 32 <= count; position += 32) {
                first = round(first, word(bytes, position, 8));
                second = round(second, word(bytes, position + 8, 8));
                third = round(third, word(bytes, position + 16, 8));
                fourth = round(fourth, word(bytes, position + 24, 8));
            }
            hash = Long.rotateLeft(first, 1) + Long.rotateLeft(second, 7) + Long.rotateLeft(third, 12) + Long.rotateLeft(fourth, 18);
            hash = (hash ^ round(0, first)) * P1 + P4;
            hash = (hash ^ round(0, second)) * P1 + P4;
            hash = (hash ^ round(0, third)) * P1 + P4;
            hash = (hash ^ round(0, fourth)) * P1 + P4;
        } else {
            hash = seed + P5;
        }
        hash += count;
        for (; position + 8 <= count; position += 8) {
            hash = Long.rotateLeft(hash ^ round(0, word(bytes, position, 8)), 27) * P1 + P4;
        }
        if (position + 4 <= count) {
            hash = Long.rotateLeft(hash ^ word(bytes, position, 4) * P1, 23) * P2 + P3;
            position += 4;
        }
        for (; position < count; position++) hash = Long.rotateLeft(hash ^ (bytes[position] & 0xFF) * P5, 11) * P1;
        hash = (hash ^ hash >>> 33) * P2;
        hash = (hash ^ hash >>> 29) * P3;
        return hash ^ hash >>> 32;
    }

    private static long xxh64(String text, long seed) {
        byte[] bytes = utf8(text);
        return xxh64(bytes, bytes.length, seed);
    }

    /** The UTF-8 of a text; Java's own encoder would write a question mark for half of a surrogate pair. */
    private static byte[] utf8(String text) {
        for (int index = 0; index < text.length(); index++) {
            if (!Character.isSurrogate(text.charAt(index))) continue;
            StringBuilder whole = new StringBuilder(text.length());
            text.codePoints().forEach(point -> whole.appendCodePoint(point >= 0xD800 && point < 0xE000 ? 0xFFFD : point));
            return whole.toString().getBytes(StandardCharsets.UTF_8);
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** SplitMix64's finalizer. */
    public static long mix64(long value) {
        value = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        value = (value ^ value >>> 27) * 0x94D049BB133111EBL;
        return value ^ value >>> 31;
    }

    /** The number in (0, 1] of 64 random bits. */
    private static double uniform(long random) {
        return ((double) (random >>> 11) + 0.5) * 0x1p-53;
    }

    // Answers

    /**
     * What a visitor is shown.
     *
     * @param propensity the probability of this assignment, 0 &lt; propensity &lt;= 1
     * @param date the day of the table, YYYY-MM-DD
     * @param hasOwnGroup whether the segment has a group of its own; the group of everyone served when not
     */
    public record Assignment(String variant, double propensity, String date, boolean hasOwnGroup) {}

    /** A variant as it stood for a visitor; the least score is shown. Infinite without traffic. */
    public record Candidate(String variant, double traffic, long hash, double score) {}

    /** What was decided first, by a number of its own; {@code name} is null for a holdout that is the experiment's own. */
    public record Holdout(String name, String variant, double traffic, long hash, double uniform, boolean isHeld) {}

    /** Why a visitor is shown what it is; {@code holdout} is null for a group without a control. */
    public record Explanation(Assignment assignment, String segment, Holdout holdout, List<Candidate> arms) {}

    private record Arm(String variant, long hash, int millionths, double traffic, boolean isControl, int line) {}

    private static final class Group {
        final String segment;
        final int line;
        final List<Arm> rows = new ArrayList<>();
        Arm control;
        /** The arms with traffic but the control, in byte order. */
        Arm[] others;

        Group(String segment, int line) {
            this.segment = segment;
            this.line = line;
        }

        /** Puts the arms in order and checks them. */
        void finish(String place, boolean hasOwnHoldout) throws TableException {
            rows.sort(Comparator.comparing(arm -> utf8(arm.variant), Arrays::compareUnsigned));
            long sum = 0;
            for (int index = 0; index < rows.size(); index++) {
                Arm arm = rows.get(index);
                sum += arm.millionths;
                if (index > 0 && arm.variant.equals(rows.get(index - 1).variant)) {
                    throw TableException.malformed(
                        TABLE, arm.line, "variant '" + arm.variant + "' of " + place + " stands there twice");
                }
                if (!arm.isControl) continue;
                if (control != null) throw TableException.malformed(TABLE, arm.line, place + " has two controls");
                control = arm;
            }
            if (sum != WHOLE) {
                throw TableException.malformed(TABLE, line, "traffic of " + place + " sums to " + sum + " millionths, not to 1");
            }
            for (Arm arm : rows) {
                if (control != null && hasOwnHoldout && !arm.isControl && arm.variant.equals("control")) {
                    throw TableException.malformed(
                        TABLE, arm.line, "'control' of " + place + " is a variant beside the control '" + control.variant + "'");
                }
            }
            others = rows.stream().filter(arm -> !arm.isControl && arm.millionths > 0).toArray(Arm[]::new);
        }
    }

    private static final class Experiment {
        final String holdout;
        final long salt;
        final long holdoutSalt;
        final int line;
        final Map<String, Group> groups = new HashMap<>();

        Experiment(String key, String holdout, int line) {
            this.holdout = holdout;
            this.line = line;
            salt = xxh64(key, 0);
            holdoutSalt = holdout == null ? salt : xxh64(holdout, 0);
        }

        Group group(String segment) {
            Group own = segment == null ? null : groups.get(segment);
            return own == null ? groups.get(EVERYONE) : own;
        }

        /** The random bits of a visitor for the holdout. */
        long holdoutBits(byte[] visitor, long unit) {
            return mix64((holdout == null ? unit : xxh64(visitor, visitor.length, holdoutSalt)) ^ CONTROL);
        }

        boolean holds(Arm control, byte[] visitor, long unit) {
            return uniform(holdoutBits(visitor, unit)) < control.traffic || control.millionths == WHOLE;
        }
    }

    private static final int WHOLE = 1_000_000;
    private static final String EVERYONE = "*";
    private static final String TABLE = "allocation.csv";
    private static final String MANIFEST = "manifest.json";
    private static final List<String> FORMATS = List.of("sluice-allocation/1", "sluice-allocation/2");
    /** XXH64("control", 0). */
    private static final long CONTROL = 0x5FBA359003879D20L;

    /** A day's allocation. It never changes. */
    public static final class Table {
        /** The day on which the table takes effect, YYYY-MM-DD. */
        public final String date;
        /** Who made the table; null where the manifest does not say. */
        public final String pipeline;

        private final Map<String, Map<String, Experiment>> experiments = new HashMap<>();

        private Table(String date, String pipeline) {
            this.date = date;
            this.pipeline = pipeline;
        }

        /** Reads the table of a state directory (by its {@code current}), or of one table's directory, and verifies it. */
        public static Table read(Path directory) throws IOException {
            for (int attempt = 1;; attempt++) {
                // `current` is followed once, so that both files are of one table; again when a night published in between.
                Path found = Files.exists(directory.resolve("current")) ? directory.resolve("current").toRealPath() : directory;
                try {
                    return parse(Files.readAllBytes(found.resolve(MANIFEST)), Files.readAllBytes(found.resolve(TABLE)));
                } catch (IOException error) {
                    if (attempt == 3) throw new IOException(found + ": " + error.getMessage(), error);
                }
            }
        }

        /** Reads a table from the bytes of its two files, and verifies it. */
        public static Table parse(byte[] manifestBytes, byte[] tableBytes) throws TableException {
            Manifest manifest = new Manifest(manifestBytes);
            if (tableBytes.length != manifest.bytes) {
                throw TableException.unverified(tableBytes.length + " bytes where the manifest says " + manifest.bytes);
            }
            long digest = xxh64(tableBytes, tableBytes.length, 0);
            if (digest != manifest.digest) {
                throw TableException.unverified(
                    "xxh64 is " + hexadecimal(digest) + " where the manifest says " + hexadecimal(manifest.digest));
            }
            Table table = new Table(manifest.date, manifest.pipeline);
            int rows = table.readRows(tableBytes, manifest.holdouts);
            if (rows != manifest.rows) throw TableException.unverified(rows + " rows where the manifest says " + manifest.rows);
            for (var slots : table.experiments.entrySet()) {
                for (var slot : slots.getValue().entrySet()) {
                    Experiment experiment = slot.getValue();
                    String name = "'" + slots.getKey() + "' '" + slot.getKey() + "'";
                    for (Group group : experiment.groups.values()) {
                        group.finish(name + ", segment '" + group.segment + "'", experiment.holdout == null);
                    }
                    if (experiment.group(null) == null) {
                        throw TableException.malformed(
                            TABLE, experiment.line, name + " has no rows of segment '*', which serves all other segments");
                    }
                }
            }
            return table;
        }

        /** Assigns a visitor; null for an unknown slot: show its default. */
        public Assignment assign(String platform, String slot, String visitor, String segment) {
            Experiment experiment = find(platform, slot);
            if (experiment == null) return null;
            Group group = experiment.group(segment);
            byte[] id = utf8(visitor);
            long unit = xxh64(id, id.length, experiment.salt);
            boolean isHeld = group.control != null && experiment.holds(group.control, id, unit);
            Arm arm = isHeld ? group.control : leastScore(group.others, unit);
            return new Assignment(arm.variant, arm.traffic, date, !group.segment.equals(EVERYONE));
        }

        /** Assigns a visitor among the variants that can be shown here and now; null too when they have no traffic. */
        public Assignment assign(String platform, String slot, String visitor, String segment, Collection<String> allowed) {
            Experiment experiment = find(platform, slot);
            if (experiment == null) return null;
            Set<String> names = new HashSet<>(allowed);
            Group group = experiment.group(segment);
            boolean isOwn = !group.segment.equals(EVERYONE);
            Arm[] others = Arrays.stream(group.others).filter(arm -> names.contains(arm.variant)).toArray(Arm[]::new);
            long shared = Arrays.stream(others).mapToLong(Arm::millionths).sum();
            Arm control = group.control != null && names.contains(group.control.variant) ? group.control : null;
            long kept = control == null ? 0 : control.millionths;
            byte[] id = utf8(visitor);
            long unit = xxh64(id, id.length, experiment.salt);
            if (kept > 0 && (shared == 0 || experiment.holds(control, id, unit))) {
                return new Assignment(control.variant, shared == 0 ? 1 : control.traffic, date, isOwn);
            }
            if (shared == 0) return null;
            Arm arm = leastScore(others, unit);
            double propensity = (double) ((WHOLE - kept) * arm.millionths) / (double) (WHOLE * shared);
            return new Assignment(arm.variant, propensity, date, isOwn);
        }

        /** Says why a visitor is shown what it is, with all arms in the visitor's order; null for an unknown slot. */
        public Explanation explain(String platform, String slot, String visitor, String segment) {
            Experiment experiment = find(platform, slot);
            if (experiment == null) return null;
            Group group = experiment.group(segment);
            byte[] id = utf8(visitor);
            long unit = xxh64(id, id.length, experiment.salt);
            List<Candidate> arms = new ArrayList<>();
            for (Arm arm : group.rows) {
                if (arm == group.control) continue;
                long random = mix64(unit ^ arm.hash);
                double score = arm.millionths > 0 ? -Math.log(uniform(random)) / arm.traffic : Double.POSITIVE_INFINITY;
                // Not minus zero, which would be in another order.
                arms.add(new Candidate(arm.variant, arm.traffic, random, score + 0.0));
            }
            // Sorting is stable: equal scores stay in byte order.
            arms.sort(Comparator.comparingDouble(Candidate::score));
            Holdout holdout = null;
            if (group.control != null) {
                Arm control = group.control;
                long random = experiment.holdoutBits(id, unit);
                boolean isHeld = experiment.holds(control, id, unit);
                holdout = new Holdout(experiment.holdout, control.variant, control.traffic, random, uniform(random), isHeld);
                double score = isHeld ? 0 : Double.POSITIVE_INFINITY;
                arms.add(isHeld ? 0 : arms.size(), new Candidate(control.variant, control.traffic, random, score));
            }
            return new Explanation(assign(platform, slot, visitor, segment), group.segment, holdout, List.copyOf(arms));
        }

        private Experiment find(String platform, String slot) {
            Map<String, Experiment> slots = experiments.get(platform);
            return slots == null ? null : slots.get(slot);
        }

        /** The arm whose clock rings first. -ln(u) is at least 1 - u, so that most arms are seen to lose without a logarithm. */
        private static Arm leastScore(Arm[] arms, long unit) {
            Arm chosen = arms[0];
            double least = Double.POSITIVE_INFINITY;
            for (Arm arm : arms) {
                double number = uniform(mix64(unit ^ arm.hash));
                if (1 - number > least * arm.traffic * (1 + 0x1p-48)) continue;
                double score = -Math.log(number) / arm.traffic;
                if (score < least) {
                    least = score;
                    chosen = arm;
                }
            }
            return chosen;
        }

        /** Puts the rows of the CSV into experiments and groups. Columns and statuses that it does not know are passed over. */
        private int readRows(byte[] bytes, Map<String, String> holdouts) throws TableException {
            CSV csv = new CSV(bytes);
            List<byte[]> header = csv.next();
            if (header == null) throw TableException.malformed(TABLE, 1, "no header");
            String[] names = {"date", "platform", "slot", "segment", "variant", "traffic", "status"};
            int[] columns = new int[names.length];
            for (int index = 0; index < names.length; index++) {
                columns[index] = header.stream().map(field -> new String(field, StandardCharsets.UTF_8)).toList().indexOf(names[index]);
                if (columns[index] < 0 && index < 6) throw TableException.malformed(TABLE, csv.start, "no column '" + names[index] + "'");
            }
            int count = 0;
            for (List<byte[]> record = csv.next(); record != null; record = csv.next()) {
                count++;
                String[] fields = new String[names.length];
                for (int index = 0; index < names.length; index++) {
                    if (columns[index] < 0) continue;
                    byte[] field = record.get(columns[index]);
                    fields[index] = index < 6 ? decode(field) : new String(field, StandardCharsets.UTF_8);
                    if (fields[index] == null || (index < 6 && fields[index].isEmpty())) {
                        throw TableException.malformed(TABLE, csv.start, names[index] + " is empty, or not UTF-8");
                    }
                }
                if (!fields[0].equals(date)) {
                    throw TableException.malformed(TABLE, csv.start, "date is '" + fields[0] + "' where the manifest says " + date);
                }
                int millionths = millionths(fields[5]);
                if (millionths < 0) {
                    String problem = "traffic is '" + fields[5] + "', expected 0 to 1 in plain decimals, 6 at most";
                    throw TableException.malformed(TABLE, csv.start, problem);
                }
                int line = csv.start;
                String key = fields[1] + "\u001f" + fields[2];
                Group group = experiments.computeIfAbsent(fields[1], platform -> new HashMap<>())
                    .computeIfAbsent(fields[2], slot -> new Experiment(key, holdouts.get(key), line))
                    .groups.computeIfAbsent(fields[3], segment -> new Group(segment, line));
                double traffic = (double) millionths / WHOLE;
                group.rows.add(new Arm(fields[4], xxh64(fields[4], 0), millionths, traffic, "control".equals(fields[6]), line));
            }
            return count;
        }
    }

    private static String hexadecimal(long value) {
        return String.format("%016x", value);
    }

    /** The text of UTF-8; null when it is none. */
    private static String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException error) {
            return null;
        }
    }

    /** A share in millionths: 0 or 1, with a point and 1 to 6 decimals or without, at most 1; -1 for anything else. */
    private static int millionths(String text) {
        if (!text.matches("[01](\\.[0-9]{1,6})?")) return -1;
        String decimals = text.length() > 1 ? text.substring(2) : "";
        int value = Integer.parseInt(text.charAt(0) + (decimals + "000000").substring(0, 6));
        return value <= WHOLE ? value : -1;
    }

    /** What serving needs of a manifest. */
    private static final class Manifest {
        final String date;
        final String pipeline;
        final long rows;
        final long bytes;
        final long digest;
        /** By platform, 0x1F, slot. */
        final Map<String, String> holdouts = new HashMap<>();

        Manifest(byte[] text) throws TableException {
            String decoded = decode(text);
            if (decoded == null) throw TableException.malformed(MANIFEST, 0, "not UTF-8");
            if (!(new JSON(decoded).document() instanceof Map<?, ?> members)) throw TableException.malformed(MANIFEST, 0, "not an object");
            Object format = members.get("format");
            if (!FORMATS.contains(format)) {
                throw new TableException(MANIFEST + ": format is '" + format + "', expected " + String.join(" or ", FORMATS)
                    + "; use the version that published it");
            }
            date = text(members, "date", true);
            pipeline = text(members, "pipeline", false);
            String hash = text(members, "xxh64", true);
            if (!hash.matches("[0-9a-fA-F]{16}")) throw TableException.malformed(MANIFEST, 0, "xxh64 is not 16 hexadecimal digits");
            digest = Long.parseUnsignedLong(hash, 16);
            rows = count(members, "rows");
            bytes = count(members, "bytes");
            try {
                LocalDate.parse(date);
            } catch (DateTimeException error) {
                throw TableException.malformed(MANIFEST, 0, "date is '" + date + "', expected YYYY-MM-DD");
            }
            Object described = format.equals(FORMATS.get(1)) ? members.get("experiments") : null;
            if (described == null) return;
            if (!(described instanceof List<?> experiments)) throw TableException.malformed(MANIFEST, 0, "'experiments' is not an array");
            for (Object one : experiments) {
                if (!(one instanceof Map<?, ?> experiment)) {
                    throw TableException.malformed(MANIFEST, 0, "'experiments' holds what is not an object");
                }
                String platform = text(experiment, "platform", false);
                String slot = text(experiment, "slot", false);
                String holdout = text(experiment, "holdout", false);
                if (holdout == null) continue;
                if (platform == null || slot == null) {
                    throw TableException.malformed(MANIFEST, 0, "a holdout in 'experiments' without platform and slot");
                }
                holdouts.put(platform + "\u001f" + slot, holdout);
            }
        }

        private static String text(Map<?, ?> members, String key, boolean isNeeded) throws TableException {
            Object value = members.get(key);
            if (value == null && !isNeeded) return null;
            if (!(value instanceof String text)) throw TableException.malformed(MANIFEST, 0, "no key '" + key + "' with a string");
            return text;
        }

        private static long count(Map<?, ?> members, String key) throws TableException {
            if (members.get(key) instanceof Double number && number >= 0 && number == Math.rint(number)) return number.longValue();
            throw TableException.malformed(MANIFEST, 0, "no key '" + key + "' with a whole number from 0");
        }
    }

    /** A reader of CSV by RFC 4180; every record has as many fields as the first. */
    private static final class CSV {
        private final byte[] bytes;
        private int position;
        private int line = 1;
        private int width;
        /** The line on which the last record began. */
        int start;

        CSV(byte[] bytes) {
            this.bytes = bytes;
            boolean hasMark = bytes.length >= 3 && bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF;
            position = hasMark ? 3 : 0;
        }

        /** The next record; null at the end. */
        List<byte[]> next() throws TableException {
            while (position < bytes.length && isEnd()) skipEnd();
            start = line;
            if (position >= bytes.length) return null;
            List<byte[]> fields = new ArrayList<>();
            while (true) {
                fields.add(field());
                if (isEnd()) break;
                if (bytes[position] != ',') throw TableException.malformed(TABLE, line, "a quote in the middle of a field");
                position++;
            }
            skipEnd();
            if (width == 0) width = fields.size();
            if (fields.size() != width) {
                throw TableException.malformed(TABLE, start, fields.size() + " fields where the header has " + width);
            }
            return fields;
        }

        private byte[] field() throws TableException {
            int begin = position;
            if (isEnd() || bytes[position] != '"') {
                while (!isEnd() && bytes[position] != ',' && bytes[position] != '"') position++;
                return Arrays.copyOfRange(bytes, begin, position);
            }
            byte[] field = new byte[bytes.length - begin];
            int count = 0;
            for (position++; position < bytes.length; position++) {
                if (bytes[position] == '"') {
                    position++;
                    if (position == bytes.length || bytes[position] != '"') return Arrays.copyOf(field, count);
                }
                if (bytes[position] == '\n') line++;
                field[count++] = bytes[position];
            }
            throw TableException.malformed(TABLE, start, "a quote that never closes");
        }

        private boolean isEnd() {
            return position >= bytes.length || bytes[position] == '\n'
                || bytes[position] == '\r' && (position + 1 == bytes.length || bytes[position + 1] == '\n');
        }

        private void skipEnd() {
            if (position < bytes.length && bytes[position] == '\r') position++;
            if (position < bytes.length) position++;
            line++;
        }
    }

    /** A reader of JSON (RFC 8259): maps, lists, strings, doubles, booleans, null. Nesting ends at 64 levels. */
    private static final class JSON {
        private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

        private final String text;
        private int position;
        private int depth;

        JSON(String text) {
            this.text = text;
        }

        Object document() throws TableException {
            Object value = value();
            skipSpace();
            if (position != text.length()) throw fault("text after the end");
            return value;
        }

        private Object value() throws TableException {
            skipSpace();
            if (position == text.length()) throw fault("the text ends where a value should be");
            char first = text.charAt(position);
            if (first == '"') return string();
            if (first == '{' || first == '[') {
                if (++depth > 64) throw fault("nested too deep");
                position++;
                Object container = first == '{' ? object() : array();
                depth--;
                return container;
            }
            for (var literal : new Object[][] {{"true", true}, {"false", false}, {"null", null}}) {
                if (!text.startsWith((String) literal[0], position)) continue;
                position += ((String) literal[0]).length();
                return literal[1];
            }
            var number = NUMBER.matcher(text).region(position, text.length());
            if (!number.lookingAt()) throw fault("no value here");
            position = number.end();
            return Double.valueOf(number.group());
        }

        private Map<String, Object> object() throws TableException {
            Map<String, Object> members = new HashMap<>();
            if (take('}')) return members;
            do {
                skipSpace();
                if (position == text.length() || text.charAt(position) != '"') throw fault("a key should be here");
                String key = string();
                if (!take(':')) throw fault("a colon should follow the key");
                members.put(key, value());
            } while (take(','));
            if (!take('}')) throw fault("a comma or '}' should be here");
            return members;
        }

        private List<Object> array() throws TableException {
            List<Object> elements = new ArrayList<>();
            if (take(']')) return elements;
            do elements.add(value());
            while (take(','));
            if (!take(']')) throw fault("a comma or ']' should be here");
            return elements;
        }

        private String string() throws TableException {
            StringBuilder result = new StringBuilder();
            for (position++; position < text.length(); position++) {
                char letter = text.charAt(position);
                if (letter == '"') {
                    position++;
                    return result.toString();
                }
                if (letter < 0x20) throw fault("a control character in a string");
                if (letter != '\\') {
                    result.append(letter);
                    continue;
                }
                position++;
                int escape = position < text.length() ? "\"\\/bfnrtu".indexOf(text.charAt(position)) : -1;
                if (escape < 0) throw fault("an escape that JSON does not have");
                if (escape < 8) {
                    result.append("\"\\/\b\f\n\r\t".charAt(escape));
                    continue;
                }
                String digits = position + 5 <= text.length() ? text.substring(position + 1, position + 5) : "";
                if (!digits.matches("[0-9a-fA-F]{4}")) throw fault("an escape without four hexadecimal digits");
                result.append((char) Integer.parseInt(digits, 16));
                position += 4;
            }
            throw fault("a string that never ends");
        }

        private boolean take(char letter) {
            skipSpace();
            if (position == text.length() || text.charAt(position) != letter) return false;
            position++;
            return true;
        }

        private void skipSpace() {
            while (position < text.length() && " \t\r\n".indexOf(text.charAt(position)) >= 0) position++;
        }

        private TableException fault(String problem) {
            int line = 1 + (int) text.chars().limit(position).filter(letter -> letter == '\n').count();
            return TableException.malformed(MANIFEST, line, "not JSON: " + problem);
        }
    }
}
