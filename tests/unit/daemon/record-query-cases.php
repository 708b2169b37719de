<?php
/* Writes cases/query.inc: what PHP's parse_str() makes of each query string.
 * The test reads only the recorded file; run this again after adding one:
 *
 *     php -n tests/unit/daemon/record-query-cases.php
 *
 * PHP 8.2.18 or later: older ones differ in forged "__Host-" names.
 */

declare(strict_types=1);

/** A C initialiser for a slice that holds these bytes. */
function c_slice(string $bytes): string
{
    $text = preg_replace_callback(
        '/[^ -~]|\?\?/',
        static fn (array $m): string => implode('', array_map(
            static fn (string $c): string => sprintf('\\%03o', ord($c)),
            str_split($m[0])
        )),
        addcslashes($bytes, '"\\')
    );
    return sprintf('{"%s", %d}', $text, strlen($bytes));
}

const QUERIES = [
    // pairs
    '', '&', '&&', '=', '=1', 'a', 'a=', 'a=1', 'a=1&b=2', '&a=1&', 'a=1&&b=2',
    'a=b=c', 'a&b', 'a=1&a=2', 'b=1&a=2&b=3', 'a;b=1;c', 'room=7&x=%E4%BD%A0',
    // decoding
    'a=1+2', 'a+b=1', 'a=%20', 'a=%2', 'a=%', 'a=%zz', 'a=%4g', 'a=%41%62',
    'a=%00', 'a=x%00y', 'a%00b=1', '%00=1', 'a=%25%32%30', 'a=%C3%A9',
    "a=\xc3\xa9", "\xff=\xfe", 'a=%ff', '%61=1', 'a%3Db=1', 'a%26b=1', 'a=%26',
    // names
    '%20a=1', '%20%20=1', '+a=1', 'a.b=1', 'a%20b=1', '.=1', 'a..b=1', '.a=1',
    'a-b=1', 'a]=1', 'a]b=1', ']=1', 'this=1', 'GLOBALS=1', '_=1',
    // integer keys
    '7=x', '7=x&7=y', '07=x', '-7=x', '-0=x', '1.5=x', '0=x',
    '9223372036854775807=x', '9223372036854775808=x', '-9223372036854775808=x',
    '-9223372036854775809=x', 'a[7]=x', 'a[07]=x', 'a[-7]=x', 'a[+7]=x',
    // arrays
    'a[]=1', 'a[]=1&a[]=2', 'a[x]=1', 'a[x]=1&a[x]=2', 'a[x][y]=1',
    'a[x][y]=1&a[x][z]=2&a[w]=3', 'a[][]=1&a[][]=2', 'a[][x]=1&a[][x]=2',
    'a[b][]=1&a[b][]=2', 'a%5B%5D=1', 'a%5bx%5d=1', 'a[%5D]=1', 'a[0]=1&a[]=2',
    'a[5]=1&a[]=2', 'a[5]=1&a[3]=2&a[]=3', 'a[-5]=1&a[]=2', 'a[x]=1&a[]=2',
    'a=1&a[]=2', 'a[]=1&a=2', 'a[x]=1&a[x][y]=2', 'a[x][y]=1&a[x]=2',
    'a[9223372036854775806]=1&a[]=2&a[]=3', 'a[9223372036854775807]=1&a[]=2',
    'a[9223372036854775807][]=1&a[][]=2', 'a[-9223372036854775808]=1&a[]=2',
    'a[]', 'a[]&a[]', 'a[x]', 'a[.]=1', 'a[x.y]=1', 'a[x%20y]=1', 'a.[x]=1',
    'a[%20]=1', 'a[%20%20]=1', 'a[%20x]=1', 'a[%09]=1', 'a[%0a]=1', 'a[%0b]=1',
    'a[%20', 'a[x%00y]=1', 'a[x]%00=1', 'a[ %5D=1',
    // brackets that do not match
    '[=1', '[]=1', '[x]=1', '[[x]]=1', 'a[=1', 'a[b=1', 'a[b.c%20d=1', 'a[[=1',
    'a[[b=1', 'a[[b]=1', 'a[b[c]=1', 'a[b[c=1', 'a[b]c=1', 'a[b]c[d]=1',
    'a[b]]=1', 'a[]]=1', 'a[][=1', 'a[b][=1', 'a[b][c=1', 'a[x.y][z=1',
    'a[][x=1', 'a[b][][c=1', 'a[x]=1&a[x=2', '%5b%5d=1', 'a[x][y%20z=1',
    // names that browsers guard
    '__Host-a=1', '..Host-a=1', '_.Host-a=1', '__Secure-a=1', '_+Secure-a=1',
    '_[Host-a=1', '_[Secure-a=1', '__Host-[a=1', '__Host-.a=1', '__Host-[a]=1',
    '_.Host-[a]=1', 'a[__Host-]=1', 'a[__Host-][b=1', '_[Host-]=1',
    '_[Host-[b]=1', '__host-a=1', '..Host=1', '+__Host-a=1', 'a[x][_[Host-=1',
    '__Host-a[__Host-b][c=1', '__Secure-[x][__Host-][=1',
];

/** Limits: of depth, and of the number of variables. */
function long_queries(): array
{
    $deep = static fn (int $levels): string => 'a' . str_repeat('[x]', $levels);
    $many = static fn (int $count): string =>
        implode('&', array_map(static fn (int $i): string => "v$i=$i", range(1, $count)));
    return [
        $deep(63) . '=1', $deep(64) . '=1', $deep(65) . '=1',
        'a=0&b=1&' . $deep(65) . '=1&c=2', $deep(65) . '=1&a=2',
        $deep(64) . '[y=1', 'a' . str_repeat('[]', 64) . '=1',
        'a' . str_repeat('[]', 65) . '=1', '7' . str_repeat('[]', 65) . '=1&7=2',
        $many(20), 'a&' . str_repeat('&', 1200) . 'b',
    ];
}

$text = "/* Recorded by record-query-cases.php. */\n";
foreach ([...QUERIES, ...long_queries()] as $query) {
    @parse_str($query, $result);
    $text .= '{' . c_slice($query) . ",\n " . c_slice(serialize($result)) . "},\n";
}
file_put_contents(__DIR__ . '/cases/query.inc', $text);
