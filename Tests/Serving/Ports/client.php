<?php
// Answers ports.py's script in PHP: client.php DIRECTORY < script

declare(strict_types=1);

use Sluice\Hash;
use Sluice\Table;
use Sluice\TableError;

require getenv('SLUICE_PORT');

try {
    $table = Table::read($argv[1]);
} catch (TableError $error) {
    echo 'error ', $error->getMessage(), "\n";
    exit(1);
}
while (($line = fgets(STDIN)) !== false) {
    $words = explode(' ', rtrim($line, "\n"));
    $command = array_shift($words);
    echo match ($command) {
        'xxh64' => Hash::hexadecimal(Hash::xxh64(text($words[0]), unpack('J', hex2bin($words[1]))[1])),
        'mix64' => Hash::hexadecimal(Hash::mix64(unpack('J', hex2bin($words[0]))[1])),
        'bench' => bench($table, $words[0], $words[1], (int) $words[2]),
        'kinds' => kinds($table, $words[0], $words[1]),
        'explain' => explain($table, ...array_map('text', $words)),
        default => answer($table, $command, ...array_map('text', $words)),
    }, "\n";
}

function text(string $word): string
{
    return $word === '-' ? '' : hex2bin($word);
}

function explain(Table $table, string $platform, string $slot, string $segment, string $visitor): string
{
    return json_encode($table->explain($platform, $slot, $visitor, $segment), JSON_THROW_ON_ERROR | JSON_PRESERVE_ZERO_FRACTION);
}

function answer(Table $table, string $command, string $platform, string $slot, string $segment, string $visitor, string ...$allowed): string
{
    $shown = $table->assign($platform, $slot, $visitor, $segment, $command === 'allowed' ? $allowed : null);
    if ($shown === null) {
        return 'null';
    }
    return bin2hex($shown->variant) . ' ' . bin2hex(pack('E', $shown->propensity)) . " $shown->date " . (int) $shown->hasOwnGroup;
}

/** Nanoseconds of an assignment: of the fastest of many short turns, which nothing else on the machine came into. */
function bench(Table $table, string $platform, string $slot, int $count): string
{
    $visitors = array_map(fn (int $number) => "visitor-$number", range(0, 999));
    $seen = 0;
    $least = INF;
    for ($turn = 0; $turn < $count / 1000; $turn++) {
        $start = hrtime(true);
        foreach ($visitors as $visitor) {
            $seen += strlen($table->assign($platform, $slot, $visitor)->variant);
        }
        $least = min($least, hrtime(true) - $start);
    }
    return $seen > 0 ? sprintf('%.0f', $least / 1000) : 'nothing';
}

/** What is taken for a name or an id besides text: 'ok', or the first thing that is not so. */
function kinds(Table $table, string $platform, string $slot): string
{
    $text = new class {
        public function __toString(): string
        {
            return '7';
        }
    };
    $least = '-9223372036854775808';
    $texts = [[7, '7'], [7.0, '7'], [-0.0, '0'], [PHP_INT_MIN, $least], [2.0 ** 52, '4503599627370496'], [$text, '7']];
    foreach ($texts as [$value, $expected]) {
        if ($table->assign($platform, $slot, $value) != $table->assign($platform, $slot, $expected)) {
            return "$expected is not its decimal text";
        }
        if ($table->explain($platform, $slot, $value)['visitor'] !== $expected) {
            return "$expected is not explained by its decimal text";
        }
    }
    foreach ([true, false, 7.5, NAN, INF, 2.0 ** 53, 1e17, [], ['v'], null, new stdClass()] as $value) {
        foreach ([[$value, $slot, 'v'], [$platform, $value, 'v'], [$platform, $slot, $value], [$platform, $slot, 'v', $value],
            [$platform, $slot, 'v', '*', [$value]]] as $arguments) {
            try {
                return var_export($value, true) . ' is answered ' . json_encode($table->assign(...$arguments));
            } catch (TypeError $error) {
                if (!str_contains($error->getMessage(), 'give ')) {
                    return $error->getMessage();
                }
            }
        }
    }
    return 'ok';
}
