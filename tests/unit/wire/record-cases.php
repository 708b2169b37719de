<?php
/* Writes cases/*.inc: what PHP itself makes of each input. The tests read only
 * the recorded files; run this again after adding an input:
 *
 *     php tests/unit/wire/record-cases.php
 */

namespace GwRecord;

/** A C initialiser for a slice that holds these bytes. */
function c_slice(string $bytes): string
{
    $text = preg_replace_callback(
        '/[^ -~]/',
        static function (array $m): string {
            return sprintf('\\%03o', ord($m[0]));
        },
        addcslashes($bytes, '"\\')
    );

    return sprintf('{"%s", %d}', $text, strlen($bytes));
}

/** NULL slice: PHP refused. */
function c_slice_or_none($bytes): string
{
    return is_string($bytes) ? c_slice($bytes) : '{NULL, 0}';
}

function record(string $name, array $rows): void
{
    $text = "/* Recorded by record-cases.php. */\n";
    foreach ($rows as $row) {
        $text .= '{' . implode(",\n ", $row) . "},\n";
    }
    file_put_contents(__DIR__ . "/cases/$name.inc", $text);
}

function json_strings(): array
{
    $controls = implode('', array_map('chr', range(0, 31)));
    $ascii = implode('', array_map('chr', range(32, 127)));
    $good = [
        '', 'a', $controls, $ascii, '/path/"quoted"\\', "a\0b", "tab\there",
        "\u{80}", "\u{7ff}", "\u{800}", "\u{d7ff}", "\u{e000}", "\u{ffff}",
        "\u{10000}", "\u{10ffff}", "\u{1f600}!", "\u{2027}\u{2028}\u{2029}\u{202a}",
        "\u{4f60}\u{597d}", 'e' . "\u{301}", "\u{feff}bom", '</script>', "it's & <b>",
    ];
    $bad = [
        "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2A", "\xe0\x80\x80",
        "\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf", "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xf8\x88\x80\x80\x80", "\xfe", "\xff", "good then \xff", "\xe2\x28\xa1",
    ];
    $rows = [];
    foreach (array_merge($good, $bad) as $s) {
        $rows[] = [
            c_slice($s),
            c_slice_or_none(json_encode($s)),
            c_slice_or_none(json_encode($s, JSON_UNESCAPED_UNICODE)),
        ];
    }

    return $rows;
}

/** Strings used as array keys; the second column is the key as serialized. */
function array_keys_of(): array
{
    $texts = [
        '', '0', '7', '-3', '10', '07', '-0', '-07', '+1', '1.0', '1e3', ' 1', '1 ', '-',
        '--1', "1\0", '9223372036854775807', '9223372036854775808', '-9223372036854775807',
        '-9223372036854775808', '-9223372036854775809', '99999999999999999999',
        '18446744073709551616', '00', 'abc', '0x1A', '1_000',
    ];

    return array_map(static function (string $text): array {
        return [c_slice($text), c_slice(serialize(key([$text => 1])))];
    }, $texts);
}

function merges(): array
{
    $object = new \stdClass();
    $object->a = ['x' => 1];
    $pairs = [
        [[], []],
        [[], ['a' => 1]],
        [['a' => 1], []],
        [['a' => 1, 'b' => 2], ['a' => 'one']],
        [['a' => 1, 'b' => 2], ['c' => 3, 'b' => null]],
        [['a' => ['x' => 1, 'y' => 2], 'b' => 0], ['a' => ['y' => 3, 'z' => 4]]],
        [['a' => ['x' => 1]], ['a' => 'scalar']],
        [['a' => 'scalar'], ['a' => ['x' => 1]]],
        [['a' => ['x' => 1]], ['a' => []]],
        [[1, 2, 3], ['x', 'y']],
        [[1, 2], [5 => 'five', 1 => 'one']],
        [['a' => ['b' => ['c' => ['d' => 1]]]], ['a' => ['b' => ['c' => ['e' => 2]]]]],
        [['f' => 0.1, 't' => true], ['f' => 1e25, 'n' => -1]],
        [['o' => ['x' => 1]], ['o' => $object]],
        [['o' => $object], ['o' => ['x' => 1]]],
        [['bytes' => "\0\xff;}"], ["\0key" => "s:1:\"a\";"]],
        [['-5' => 1, '05' => 2, '' => 3], [-5 => 'a', '05' => 'b', '' => 'c']],
        [array_fill_keys(range(1, 40), ['n' => 1]), array_fill_keys(range(40, 20), ['m' => 2])],
    ];
    $texts = array_map(static function (array $pair): array {
        return array_map('serialize', $pair);
    }, $pairs);

    /* What serialize() never writes but unserialize() takes. */
    $texts[] = ['a:2:{s:1:"7";i:1;s:2:"07";i:2;}', 'a:1:{i:7;s:1:"x";}'];
    $texts[] = ['a:4:{i:1;i:1;i:2;i:2;s:1:"1";i:3;i:1;i:4;}', 'a:0:{}'];
    $texts[] = ['a:1:{i:0;i:0;}', 'a:3:{i:3;i:1;i:3;i:2;i:0;a:2:{i:1;N;s:1:"1";b:1;}}'];
    $texts[] = ['a:3:{s:1:"a";i:1;s:1:"b";i:2;s:1:"a";a:1:{i:0;N;}}', 'a:1:{s:1:"a";a:1:{i:1;N;}}'];

    return array_map(static function (array $pair): array {
        $merged = array_replace_recursive(unserialize($pair[0]), unserialize($pair[1]));

        return [c_slice($pair[0]), c_slice($pair[1]), c_slice(serialize($merged))];
    }, $texts);
}

function bodies(): array
{
    $values = [
        null, true, false, 0, -1, PHP_INT_MAX, PHP_INT_MIN, '', 'text', "\u{e9}/\u{2028}\"",
        [], [[]], [1, 2, 3], ['a', null, true], [1 => 'a'], [0 => 'a', 2 => 'b'],
        [1 => 'b', 0 => 'a'], ['type' => 'say', 'data' => ['to' => [1, '2'], 'x' => ['y' => 1.5]]],
        ['-1' => 1, '' => 2, "a\0b" => 3, '07' => 4],
        1.0, -0.0, 0.1, 0.1 + 0.2, 100.0, -2.5, 1e14, 1e15, 1e16, 1e17, 1e18, 1e22, 1e25, 1e100,
        123456789012345678.0, 0.001, 0.0001, 0.00012345, 0.00001, 1.5e-7, 1 / 3, 2 / 3, M_PI, 5e-324,
        2.2250738585072014e-308, 2.225073858507201e-308, 1.7976931348623157e308, 4.35, 0.3, 2.0 ** -44,
        2.0 ** -1017, -(2.0 ** -1007), 2.0 ** -1074 * 9,
        2.0 ** 63, 9007199254740993.0, 1e23, 8.41e21, 9.5367431640625e-7, 5e-5, 12345.678,
    ];
    $texts = array_map('serialize', $values);
    $texts[] = 'd:0.10000000000000001;'; /* serialize_precision = 17 */
    $texts[] = 'd:1.0000000000000000E+25;';
    $texts[] = 'd:.5;';
    $texts[] = 'd:5.;';
    $texts[] = 'd:1e-400;';
    $texts[] = 'd:1e-99999999999999999999;';
    $texts[] = 'd:-1e-200000;';
    $texts[] = 'd:0e+200000;';
    $texts[] = 'a:2:{s:1:"0";i:1;s:1:"1";i:2;}';
    $texts[] = 'a:2:{i:0;i:1;i:0;i:2;}';
    $texts[] = 'a:3:{s:1:"a";i:1;s:1:"b";i:2;s:1:"a";i:3;}';

    return array_map(static function (string $text): array {
        return [c_slice($text), c_slice(json_encode(unserialize($text), JSON_UNESCAPED_UNICODE))];
    }, $texts);
}

/** serialize(json_decode($json, true)), for what sessions may be. */
function jsons(): array
{
    $texts = [
        '{}', '[]', ' { } ', '[1,2,3]', '{"a":1}', '{"name":"ann","age":7,"tags":["x","y"],"deep":{"er":{}}}',
        '{"7":1,"07":2,"-3":3,"-0":4,"9223372036854775807":5,"9223372036854775808":6,"":7}',
        '{"a":1,"b":2,"a":3}', '{"7":1,"x":2,"7":{"y":[]}}', '{"a":{"b":1,"b":2},"a":{"c":3,"c":null}}',
        '[null,true,false,0,-1,-0,1.5,-0.0,1e25,1E-7,100.0,9223372036854775807,-9223372036854775808]',
        '[9223372036854775808,-9223372036854775809,123456789012345678901234567890,0.1,1e300]',
        '["","a\\u0000b","\\ud83d\\ude00","你好","\\\\\\"\\/\\b\\f\\n\\r\\t",";}"]',
        '{"\\u0061":1,"a":2,"\\u0037":3,"7":4}', '[[[[[[]]]]],{"0":0,"1":1}]', "{\"list\":\n[\t1 ,\r2]}",
    ];

    return array_map(static function (string $text): array {
        return [c_slice($text), c_slice(serialize(json_decode($text, true, 512, JSON_THROW_ON_ERROR)))];
    }, $texts);
}

ini_set('serialize_precision', '-1');
record('json_string', json_strings());
record('array_key', array_keys_of());
record('session_merge', merges());
record('ser_to_json', bodies());
record('json_to_ser', jsons());
