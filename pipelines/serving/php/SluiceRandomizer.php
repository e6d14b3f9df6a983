<?php
// Assigns visitors to variants by Sluice's nightly tables, as Sources/Randomizer/ASSIGNMENT.md says: one file for PHP 8.1 or later on a
// 64-bit machine, whose `hash` knows xxh64.
//
//     $table = Sluice\Table::read('/var/lib/sluice/state');            // a state directory, or one table's directory
//     $shown = $table->assign('web', 'home-hero', $visitor, $segment)?->variant ?? 'autumn';
//
// Under PHP-FPM every request reads the table anew, some 20 ms for 1,000 rows: keep it in APCu, publish fewer rows, or ask by HTTP.
// Texts are compared and hashed by their bytes. A name or an id that is a whole number is taken as its decimal text, as everywhere
// in Sluice; what is neither throws a TypeError.

declare(strict_types=1);

namespace Sluice;

/** A table that cannot be served; the message names file, line and remedy. */
final class TableError extends \RuntimeException
{
    public static function malformed(string $file, string $problem, int $line = 0): self
    {
        return new self($file . ($line > 0 ? ":$line" : '') . ": $problem; publish the table again");
    }

    public static function unverified(string $problem): self
    {
        return new self("allocation.csv: $problem; publish the table again, or roll back to an earlier one");
    }
}

/** Hashes as integers of 64 bits, of which PHP shows the sign. */
final class Hash
{
    /** XXH64 of bytes. */
    public static function xxh64(string $bytes, int $seed = 0): int
    {
        return unpack('J', hash('xxh64', $bytes, true, ['seed' => $seed]))[1];
    }

    /** SplitMix64's finalizer. */
    public static function mix64(int $value): int
    {
        // Shifting right copies the sign: the mask takes the copies away.
        $value = self::multiply($value ^ (($value >> 30) & 0x3FFFFFFFF), 0xBF58476D, 0x1CE4, 0xE5B9);
        $value = self::multiply($value ^ (($value >> 27) & 0x1FFFFFFFFF), 0x94D049BB, 0x1331, 0x11EB);
        return $value ^ (($value >> 31) & 0x1FFFFFFFF);
    }

    /** The number in (0, 1] of 64 random bits. */
    public static function uniform(int $random): float
    {
        return ((($random >> 11) & 0x1FFFFFFFFFFFFF) + 0.5) * 2.0 ** -53;
    }

    public static function hexadecimal(int $value): string
    {
        return bin2hex(pack('J', $value));
    }

    /** Multiplies by 64 bits in parts, of which no product leaves 63 bits: PHP would make a float of it. */
    private static function multiply(int $value, int $high, int $middle, int $low): int
    {
        $valueHigh = ($value >> 32) & 0xFFFFFFFF;
        $valueLow = $value & 0xFFFFFFFF;
        $first = $valueLow * $low;
        $second = $valueLow * $middle + ($first >> 16);
        // What counts of the upper half is its lower 32 bits.
        $upper = ($second >> 16) + (($valueLow * ($high & 0xFFFF)) & 0xFFFFFFFF) + (((($valueLow * ($high >> 16)) & 0xFFFF)) << 16)
            + (($valueHigh * $low) & 0xFFFFFFFF) + ((($valueHigh * $middle) & 0xFFFF) << 16);
        return (($upper & 0xFFFFFFFF) << 32) | (($second & 0xFFFF) << 16) | ($first & 0xFFFF);
    }
}

/** What a visitor is shown. */
final class Assignment
{
    public function __construct(
        public readonly string $variant,
        /** The probability of this assignment, 0 < propensity <= 1. */
        public readonly float $propensity,
        /** The day of the table, YYYY-MM-DD. */
        public readonly string $date,
        /** Whether the segment has a group of its own; the group of everyone served when not. */
        public readonly bool $hasOwnGroup,
    ) {
    }
}

/** A variant with its share. */
final class Arm
{
    public readonly int $hash;
    public readonly float $traffic;

    public function __construct(
        public readonly string $variant,
        public readonly int $millionths,
        public readonly bool $isControl,
        public readonly int $line,
    ) {
        $this->hash = Hash::xxh64($variant);
        $this->traffic = $millionths / Table::WHOLE;
    }
}

/** The visitors of a segment, and how they are shared out. */
final class Group
{
    /** @var Arm[] in byte order */
    public array $arms = [];
    public ?Arm $control = null;
    /** @var Arm[] the arms with traffic but the control */
    public array $others = [];

    public function __construct(public readonly string $segment, public readonly int $line)
    {
    }

    /** Puts the arms in order and checks them. */
    public function finish(string $place, bool $hasOwnHoldout): void
    {
        usort($this->arms, fn (Arm $left, Arm $right) => strcmp($left->variant, $right->variant) ?: $left->line - $right->line);
        $sum = 0;
        foreach ($this->arms as $index => $arm) {
            $sum += $arm->millionths;
            if ($index > 0 && $arm->variant === $this->arms[$index - 1]->variant) {
                throw TableError::malformed('allocation.csv', "variant '$arm->variant' of $place stands there twice", $arm->line);
            }
            if ($arm->isControl) {
                if ($this->control !== null) {
                    throw TableError::malformed('allocation.csv', "$place has two controls", $arm->line);
                }
                $this->control = $arm;
            } elseif ($arm->millionths > 0) {
                $this->others[] = $arm;
            }
        }
        if ($sum !== Table::WHOLE) {
            throw TableError::malformed('allocation.csv', "traffic of $place sums to $sum millionths, not to 1", $this->line);
        }
        foreach ($this->arms as $arm) {
            if ($this->control !== null && $hasOwnHoldout && !$arm->isControl && $arm->variant === 'control') {
                $control = $this->control->variant;
                throw TableError::malformed('allocation.csv', "'control' of $place is a variant beside the control '$control'", $arm->line);
            }
        }
    }
}

/** A slot of a platform. */
final class Experiment
{
    /** @var array<int|string, Group> by segment; PHP makes integers of keys that look like one, which is without effect here */
    public array $groups = [];
    public readonly int $salt;
    public readonly int $holdoutSalt;

    public function __construct(string $key, public readonly ?string $holdout, public readonly int $line)
    {
        $this->salt = Hash::xxh64($key);
        $this->holdoutSalt = $holdout === null ? 0 : Hash::xxh64($holdout);
    }

    /** The random bits of a visitor for the holdout. */
    public function holdoutBits(string $visitor, int $unit): int
    {
        // XXH64("control", 0).
        return Hash::mix64(($this->holdout === null ? $unit : Hash::xxh64($visitor, $this->holdoutSalt)) ^ 0x5FBA359003879D20);
    }

    public function holds(Arm $control, string $visitor, int $unit): bool
    {
        return Hash::uniform($this->holdoutBits($visitor, $unit)) < $control->traffic || $control->millionths === Table::WHOLE;
    }
}

/** A day's allocation. It never changes. */
final class Table
{
    public const WHOLE = 1_000_000;
    private const EVERYONE = '*';
    private const FORMATS = ['sluice-allocation/1', 'sluice-allocation/2'];

    /** @var array<int|string, array<int|string, Experiment>> by platform and slot */
    private array $experiments = [];

    private function __construct(public readonly string $date, public readonly ?string $pipeline)
    {
    }

    /** Reads the table of a state directory (by its `current`), or of one table's directory. Throws TableError. */
    public static function read(string $directory): self
    {
        for ($attempt = 1;; $attempt++) {
            // `current` is followed once, so that both files are of one table; again when a night published in between.
            clearstatcache(true);
            $found = realpath("$directory/current") ?: $directory;
            $manifest = @file_get_contents("$found/manifest.json");
            $table = @file_get_contents("$found/allocation.csv");
            try {
                if ($manifest === false || $table === false) {
                    throw new TableError('no table here; give a state directory or one table\'s directory, or publish a table first');
                }
                return self::parse($manifest, $table);
            } catch (TableError $error) {
                if ($attempt === 3) {
                    throw new TableError("$found: " . $error->getMessage(), 0, $error);
                }
            }
        }
    }

    /** Reads a table from the bytes of its two files, and verifies it. Throws TableError. */
    public static function parse(string $manifestBytes, string $tableBytes): self
    {
        if (PHP_INT_SIZE < 8 || !in_array('xxh64', hash_algos(), true)) {
            throw new TableError('this PHP cannot hash as tables need it; use PHP 8.1 or later on a 64-bit machine');
        }
        $manifest = self::readManifest($manifestBytes);
        $count = strlen($tableBytes);
        if ($count !== $manifest['bytes']) {
            throw TableError::unverified("$count bytes where the manifest says {$manifest['bytes']}");
        }
        $digest = hash('xxh64', $tableBytes);
        if ($digest !== strtolower($manifest['xxh64'])) {
            throw TableError::unverified("xxh64 is $digest where the manifest says {$manifest['xxh64']}");
        }
        $table = new self($manifest['date'], $manifest['pipeline'] ?? null);
        $rows = $table->readRows($tableBytes, $manifest['holdouts']);
        if ($rows !== $manifest['rows']) {
            throw TableError::unverified("$rows rows where the manifest says {$manifest['rows']}");
        }
        foreach ($table->experiments as $platform => $slots) {
            foreach ($slots as $slot => $experiment) {
                foreach ($experiment->groups as $group) {
                    $group->finish("'$platform' '$slot', segment '$group->segment'", $experiment->holdout === null);
                }
                if (!isset($experiment->groups[self::EVERYONE])) {
                    $problem = "'$platform' '$slot' has no rows of segment '*', which serves all other segments";
                    throw TableError::malformed('allocation.csv', $problem, $experiment->line);
                }
            }
        }
        return $table;
    }

    /**
     * A name or an id as text. PHP would make '1' of true, '1.0E+17' of a large float, and integers of an array's keys.
     */
    private static function text(mixed $value, string $name): string
    {
        if (is_string($value)) {
            return $value;
        }
        // Beyond 2^53 a float is a number that was rounded.
        if (is_int($value) || (is_float($value) && floor($value) === $value && abs($value) < 2 ** 53)) {
            return (string) (int) $value;
        }
        if ($value instanceof \Stringable) {
            return (string) $value;
        }
        $found = get_debug_type($value);
        throw new \TypeError("$name is of the type $found; give a string, or a whole number, which counts as its digits");
    }

    /**
     * Assigns a visitor; null for an unknown slot, and when no variant of $allowed (null: all) has traffic: show the slot's default.
     * Throws a TypeError for a name or an id that is neither text nor a whole number.
     *
     * @param string|int $platform
     * @param string|int $slot
     * @param string|int $visitor
     * @param string|int $segment
     * @param null|array<string|int> $allowed
     */
    public function assign(
        mixed $platform, mixed $slot, mixed $visitor, mixed $segment = self::EVERYONE, ?array $allowed = null
    ): ?Assignment {
        $platform = self::text($platform, 'platform');
        $slot = self::text($slot, 'slot');
        $visitor = self::text($visitor, 'visitor');
        $segment = self::text($segment, 'segment');
        $allowed = $allowed === null ? null : array_map(fn (mixed $name) => self::text($name, 'a variant of allowed'), $allowed);
        $experiment = $this->experiments[$platform][$slot] ?? null;
        if ($experiment === null) {
            return null;
        }
        $group = $experiment->groups[$segment] ?? $experiment->groups[self::EVERYONE];
        $isOwn = $group->segment !== self::EVERYONE;
        $unit = Hash::xxh64($visitor, $experiment->salt);
        $control = $group->control;
        if ($allowed === null) {
            $arm = $control !== null && $experiment->holds($control, $visitor, $unit) ? $control : self::leastScore($group->others, $unit);
            return new Assignment($arm->variant, $arm->traffic, $this->date, $isOwn);
        }
        $others = array_values(array_filter($group->others, fn (Arm $arm) => in_array($arm->variant, $allowed, true)));
        $shared = array_sum(array_map(fn (Arm $arm) => $arm->millionths, $others));
        $kept = $control !== null && in_array($control->variant, $allowed, true) ? $control->millionths : 0;
        if ($kept > 0 && ($shared === 0 || $experiment->holds($control, $visitor, $unit))) {
            return new Assignment($control->variant, $shared === 0 ? 1.0 : $control->traffic, $this->date, $isOwn);
        }
        if ($shared === 0) {
            return null;
        }
        $arm = self::leastScore($others, $unit);
        $propensity = (float) ((self::WHOLE - $kept) * $arm->millionths) / (float) (self::WHOLE * $shared);
        return new Assignment($arm->variant, $propensity, $this->date, $isOwn);
    }

    /**
     * Says why a visitor is shown what it is: what the holdout decided, and all arms in the visitor's order. Null for an unknown
     * slot.
     *
     * @param string|int $platform
     * @param string|int $slot
     * @param string|int $visitor
     * @param string|int $segment
     */
    public function explain(mixed $platform, mixed $slot, mixed $visitor, mixed $segment = self::EVERYONE): ?array
    {
        $platform = self::text($platform, 'platform');
        $slot = self::text($slot, 'slot');
        $visitor = self::text($visitor, 'visitor');
        $segment = self::text($segment, 'segment');
        $experiment = $this->experiments[$platform][$slot] ?? null;
        if ($experiment === null) {
            return null;
        }
        $group = $experiment->groups[$segment] ?? $experiment->groups[self::EVERYONE];
        $unit = Hash::xxh64($visitor, $experiment->salt);
        $arms = [];
        foreach ($group->arms as $arm) {
            if ($arm !== $group->control) {
                $random = Hash::mix64($unit ^ $arm->hash);
                $score = $arm->millionths > 0 ? -log(Hash::uniform($random)) / $arm->traffic : null;
                $arms[] = self::explained($arm, $random, $score);
            }
        }
        // Sorting is stable: equal scores stay in byte order.
        usort($arms, fn (array $left, array $right) => ($left['score'] ?? INF) <=> ($right['score'] ?? INF));
        $holdout = null;
        if ($group->control !== null) {
            $control = $group->control;
            $random = $experiment->holdoutBits($visitor, $unit);
            $isHeld = $experiment->holds($control, $visitor, $unit);
            $holdout = [
                'name' => $experiment->holdout, 'variant' => $control->variant, 'traffic' => $control->traffic,
                'hash' => Hash::hexadecimal($random), 'uniform' => Hash::uniform($random), 'is_held' => $isHeld,
            ];
            array_splice($arms, $isHeld ? 0 : count($arms), 0, [self::explained($control, $random, $isHeld ? 0.0 : null)]);
        }
        $shown = $this->assign($platform, $slot, $visitor, $segment);
        return [
            'date' => $this->date, 'visitor' => $visitor, 'segment' => $group->segment, 'variant' => $shown->variant,
            'propensity' => $shown->propensity, 'has_own_group' => $shown->hasOwnGroup, 'holdout' => $holdout, 'arms' => $arms,
        ];
    }

    private static function explained(Arm $arm, int $random, ?float $score): array
    {
        return ['variant' => $arm->variant, 'traffic' => $arm->traffic, 'hash' => Hash::hexadecimal($random), 'score' => $score];
    }

    /**
     * The arm whose clock rings first. -ln(u) is at least 1 - u, so that most arms are seen to lose without a logarithm.
     *
     * @param Arm[] $arms
     */
    private static function leastScore(array $arms, int $unit): Arm
    {
        $chosen = $arms[0];
        $least = INF;
        foreach ($arms as $arm) {
            $number = Hash::uniform(Hash::mix64($unit ^ $arm->hash));
            if (1 - $number > $least * $arm->traffic * (1 + 2.0 ** -48)) {
                continue;
            }
            $score = -log($number) / $arm->traffic;
            if ($score < $least) {
                $least = $score;
                $chosen = $arm;
            }
        }
        return $chosen;
    }

    private static function readManifest(string $text): array
    {
        $file = 'manifest.json';
        $manifest = json_decode($text, true, 64);
        if (!is_array($manifest) || array_is_list($manifest)) {
            throw TableError::malformed($file, 'not a JSON object (' . json_last_error_msg() . ')');
        }
        $format = $manifest['format'] ?? null;
        if (!in_array($format, self::FORMATS, true)) {
            $found = is_string($format) ? $format : 'absent';
            throw new TableError("$file: format is '$found', expected " . implode(' or ', self::FORMATS) . '; use the version that published it');
        }
        if (!is_string($manifest['date'] ?? null) || !self::isDate($manifest['date'])) {
            throw TableError::malformed($file, "no key 'date' with YYYY-MM-DD");
        }
        if (!is_string($manifest['xxh64'] ?? null) || !preg_match('/\A[0-9a-fA-F]{16}\z/', $manifest['xxh64'])) {
            throw TableError::malformed($file, 'xxh64 is not 16 hexadecimal digits');
        }
        foreach (['rows', 'bytes'] as $key) {
            if (!is_int($manifest[$key] ?? null) || $manifest[$key] < 0) {
                throw TableError::malformed($file, "no key '$key' with a whole number from 0");
            }
        }
        if (!is_string($manifest['pipeline'] ?? '')) {
            throw TableError::malformed($file, "'pipeline' is not a string");
        }
        $described = $format === self::FORMATS[1] ? ($manifest['experiments'] ?? []) : [];
        if (!is_array($described) || !array_is_list($described)) {
            throw TableError::malformed($file, "'experiments' is not an array");
        }
        $manifest['holdouts'] = [];
        foreach ($described as $experiment) {
            foreach (['platform', 'slot', 'holdout'] as $key) {
                if (!is_array($experiment) || !is_string($experiment[$key] ?? '')) {
                    throw TableError::malformed($file, "'$key' in 'experiments' is not a string");
                }
            }
            if (!isset($experiment['holdout'])) {
                continue;
            }
            if (!isset($experiment['platform'], $experiment['slot'])) {
                throw TableError::malformed($file, "a holdout in 'experiments' without platform and slot");
            }
            $manifest['holdouts']["{$experiment['platform']}\x1f{$experiment['slot']}"] = $experiment['holdout'];
        }
        return $manifest;
    }

    /** Puts the rows of the CSV into experiments and groups. Columns and statuses that it does not know are passed over. */
    private function readRows(string $bytes, array $holdouts): int
    {
        $file = 'allocation.csv';
        $columns = null;
        $count = 0;
        foreach (self::records($bytes) as [$line, $record]) {
            if ($columns === null) {
                foreach (['date', 'platform', 'slot', 'segment', 'variant', 'traffic', 'status'] as $name) {
                    $columns[$name] = array_search($name, $record, true);
                    if ($columns[$name] === false && $name !== 'status') {
                        throw TableError::malformed($file, "no column '$name'", $line);
                    }
                }
                continue;
            }
            $count++;
            $fields = [];
            foreach ($columns as $name => $column) {
                $fields[$name] = $column === false ? '' : $record[$column];
                if ($name !== 'status' && ($fields[$name] === '' || !preg_match('//u', $fields[$name]))) {
                    throw TableError::malformed($file, "$name is empty, or not UTF-8", $line);
                }
            }
            if ($fields['date'] !== $this->date) {
                throw TableError::malformed($file, "date is '{$fields['date']}' where the manifest says $this->date", $line);
            }
            $millionths = self::millionths($fields['traffic']);
            if ($millionths === null) {
                $problem = "traffic is '{$fields['traffic']}', expected 0 to 1 in plain decimals, 6 at most";
                throw TableError::malformed($file, $problem, $line);
            }
            $key = "{$fields['platform']}\x1f{$fields['slot']}";
            $experiment = $this->experiments[$fields['platform']][$fields['slot']]
                ??= new Experiment($key, $holdouts[$key] ?? null, $line);
            $group = $experiment->groups[$fields['segment']] ??= new Group($fields['segment'], $line);
            $group->arms[] = new Arm($fields['variant'], $millionths, $fields['status'] === 'control', $line);
        }
        if ($columns === null) {
            throw TableError::malformed($file, 'no header', 1);
        }
        return $count;
    }

    private static function isDate(string $text): bool
    {
        return preg_match('/\A(\d{4})-(\d\d)-(\d\d)\z/', $text, $parts) === 1
            && checkdate((int) $parts[2], (int) $parts[3], (int) $parts[1]);
    }

    private static function millionths(string $text): ?int
    {
        if (!preg_match('/\A([01])(?:\.([0-9]{1,6}))?\z/', $text, $parts)) {
            return null;
        }
        $value = (int) ($parts[1] . str_pad($parts[2] ?? '', 6, '0'));
        return $value <= self::WHOLE ? $value : null;
    }

    /** The records of a CSV (RFC 4180) with their lines; every one has as many fields as the first. */
    private static function records(string $bytes): \Generator
    {
        $file = 'allocation.csv';
        $position = str_starts_with($bytes, "\xEF\xBB\xBF") ? 3 : 0;
        $end = strlen($bytes);
        $line = 1;
        $width = null;
        while ($position < $end) {
            $start = $line;
            if (preg_match('/\r?(?:\n|\z)/A', $bytes, $match, 0, $position)) {
                $position += strlen($match[0]);
                $line++;
                continue;
            }
            $fields = [];
            while (true) {
                if ($position < $end && $bytes[$position] === '"') {
                    if (!preg_match('/"((?:[^"]|"")*+)"/A', $bytes, $match, 0, $position)) {
                        throw TableError::malformed($file, 'a quote that never closes', $start);
                    }
                    $fields[] = str_replace('""', '"', $match[1]);
                    $line += substr_count($match[1], "\n");
                    $position += strlen($match[0]);
                } else {
                    $count = strcspn($bytes, ",\"\n", $position);
                    $field = substr($bytes, $position, $count);
                    $position += $count;
                    $isLast = $position === $end || $bytes[$position] === "\n";
                    if ($isLast && str_ends_with($field, "\r")) {
                        $field = substr($field, 0, -1);
                    }
                    $fields[] = $field;
                }
                if (preg_match('/\r?(?:\n|\z)/A', $bytes, $match, 0, $position)) {
                    $position += strlen($match[0]);
                    break;
                }
                if ($bytes[$position] !== ',') {
                    throw TableError::malformed($file, 'a quote in the middle of a field', $line);
                }
                $position++;
            }
            $line++;
            $width ??= count($fields);
            if (count($fields) !== $width) {
                throw TableError::malformed($file, count($fields) . " fields where the header has $width", $start);
            }
            yield [$start, $fields];
        }
    }
}
